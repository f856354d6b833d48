import Ring
import Terminal

extension Model {
    mutating func onCachesScreen(_ action: Action) -> [Effect] {
        switch action {
        case .mainScreen: screen = .main
        case .nextPanel: caches.curve = caches.curve.next
        case .move(let move): caches.list.apply(move, count: cacheRows.count)
        case .enter:
            if let row = selectedCacheRow { overlay = .details(.caches(row.number), scroll: 0) }
        case .reader: return startOrStopReader()
        default: break
        }
        return []
    }

    /// Offers a setting's values; the one in force is selected.
    mutating func choose(_ choice: (ClusterSettings) -> Choice) {
        guard let settings = epoch?.settings else {
            return tell(.note, "the ring is not known yet")
        }
        overlay = .choice(choice(settings))
    }

    mutating func onChoice(_ choice: Choice, _ action: Action) -> [Effect] {
        var choice = choice
        let last = choice.options.count - 1
        switch action {
        case .cancel:
            overlay = nil
            return []
        case .move(let move):
            choice.selected = max(0, min(move.scrolled(choice.selected, page: last), last))
        case .accept:
            overlay = nil
            let value = choice.options[choice.selected].value
            if value == choice.present {
                tell(.note, "\(choice.setting) is \(value) already")
                return []
            }
            return ask(.set(name: choice.setting, value: value))
        default: break
        }
        overlay = .choice(choice)
        return []
    }

    // MARK: The reader

    /// Stops the reader that runs, else asks which key is to be read.
    private mutating func startOrStopReader() -> [Effect] {
        if let reader = caches.reader {
            caches.reader = nil
            tell(.note, "the reader through \(ForeignText.shown(reader.wish.node)) has stopped")
            return [.stopReader]
        }
        guard let epoch, let node = nodeToReadThrough else {
            tell(.note, "no node is known to read through")
            return []
        }
        overlay = .reader(
            ReaderForm(
                key: LineEditor(selectedKey ?? epoch.hotKey(for: node)),
                rate: LineEditor(Array(String(ReaderForm.rateUsual).utf8)), node: node))
        return []
    }

    /// The selected node; for all together the first that serves.
    private var nodeToReadThrough: Int? {
        if let number = selectedCacheRow?.number { return number }
        return status?.nodes.first(where: \.isServing)?.number
    }

    mutating func onReaderForm(_ form: ReaderForm, _ action: Action) -> [Effect] {
        var form = form
        switch action {
        case .cancel:
            overlay = nil
            return []
        case .focusNext: form.isInRate.toggle()
        case .accept:
            switch epoch.map({ form.wish($0) }) {
            case .success(let wish)?:
                overlay = nil
                let request = beginQuietly()
                caches.reader = Reader(request: request, wish: wish)
                return [.startReader(request, wish)]
            case .failure(let failure)?: form.problem = failure.text
            case nil: form.problem = "the ring is not known"
            }
        default: break
        }
        overlay = .reader(form)
        return []
    }

    mutating func onReader(_ request: Int, _ news: ReaderNews) {
        guard caches.reader?.request == request else { return }
        caches.reader?.news = news
    }
}
