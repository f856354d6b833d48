import ArgumentParser

/// How a command that changes the ring goes about it.
struct ChangeOptions: ParsableArguments {
    @Flag(help: "Print what would be copied and what each node carries, and change nothing.")
    var plan = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "End as soon as the change is in the ring's queue.")
    var noWait = false

    func validate() throws {
        if plan && (yes || noWait) {
            throw ValidationError(
                "--plan changes nothing, so there is nothing to ask or to wait for")
        }
    }
}
