import Client

/// Performs what the model wants of the cluster, each in a task of its own.
struct EffectRunner: Sendable {
    let access: any ClusterAccess
    let mailbox: Mailbox

    /// Runs until the stream ends; requests that are still out then are cancelled.
    func run(_ effects: AsyncStream<Effect>) async {
        await withDiscardingTaskGroup { group in
            // The ends of the works that go on: finishing one stops it.
            var works: [Mailbox.Work: AsyncStream<Never>.Continuation] = [:]
            for await effect in effects {
                switch effect {
                case .stopReader: works.removeValue(forKey: .reader)?.finish()
                case .stopBench: works.removeValue(forKey: .bench)?.finish()
                default:
                    guard let work = effect.work else {
                        group.addTask { await perform(effect) }
                        continue
                    }
                    let (end, ending) = AsyncStream.makeStream(of: Never.self)
                    works.updateValue(ending, forKey: work)?.finish()
                    group.addTask { await Self.run(until: end) { await perform(effect) } }
                }
            }
            group.cancelAll()
        }
    }

    /// Works until that is done or a stream ends, then waits for what a cancelled work has to end.
    private static func run(
        until end: AsyncStream<Never>, _ work: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            group.addTask { for await _ in end {} }
            await group.next()
            group.cancelAll()
        }
    }

    private func perform(_ effect: Effect) async {
        switch effect {
        case .perform(let request, let what):
            mailbox.post(.performed(request, what, await access.perform(what)))
        case .scan(let request, let cursor, let pattern):
            let page = await access.scan(
                cursor: cursor, pattern: pattern, count: KeysModel.pageCount)
            mailbox.post(.scanned(request, page))
        case .inspect(let request, let key):
            mailbox.post(.inspected(request, key: key, await access.inspect(key: key)))
        case .act(let request, let action, let name):
            mailbox.post(.acted(request, await access.node(action, name: name)))
        case .plan(let request, let wish):
            mailbox.post(.planned(request, wish, await access.plan(wish)))
        case .change(let request, let wish):
            mailbox.post(.acted(request, await access.change(wish)))
        case .tidy(let ended):
            if let failure = await access.tidy(after: ended) { mailbox.post(.untidy(failure)) }
        case .stopAll(let request):
            mailbox.post(.stoppedAll(request, await access.stopAll()))
        case .startReader(let request, let wish):
            await access.read(wish) { mailbox.post(.reader(request, $0), of: .reader) }
        case .startBench(let request, let wish):
            let result = await access.bench(wish) {
                mailbox.post(.bench(request, $0), of: .bench)
            }
            mailbox.post(.benched(request, result))
        case .loadTheme(let name): loadTheme(name)
        case .stopReader, .stopBench, .mouse, .repaint, .suspend, .end: break
        }
    }

    private func loadTheme(_ name: String) {
        do throws(AccessFailure) {
            mailbox.post(.themed(.success(try ThemeLibrary.load(name))))
        } catch {
            mailbox.post(.themed(.failure(error)))
        }
    }
}

extension Effect {
    /// The work that it begins, if it goes on until it is stopped.
    fileprivate var work: Mailbox.Work? {
        switch self {
        case .startReader: .reader
        case .startBench: .bench
        default: nil
        }
    }
}
