import Client

/// Performs what the model wants of the cluster, each in a task of its own.
struct EffectRunner: Sendable {
    let access: any ClusterAccess
    let mailbox: Mailbox

    /// Runs until the stream ends; requests that are still out then are cancelled.
    func run(_ effects: AsyncStream<Effect>) async {
        await withDiscardingTaskGroup { group in
            for await effect in effects {
                group.addTask { await perform(effect) }
            }
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
        case .loadTheme(let name):
            do throws(AccessFailure) {
                mailbox.post(.themed(.success(try ThemeLibrary.load(name))))
            } catch {
                mailbox.post(.themed(.failure(error)))
            }
        case .mouse, .repaint, .suspend, .end: break
        }
    }
}
