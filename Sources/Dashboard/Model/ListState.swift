/// The selection in a list and what of it is in view.
struct ListState: Sendable, Equatable {
    /// Index of the selected row; meaningless while the list is empty.
    var selected = 0
    /// Index of the first row in view.
    var top = 0
    /// Rows in view at the last drawing; paging goes by it.
    var page = 10
    /// Narrows the list; nil shows all.
    var filter: String?

    /// Brings selection and view into a list of `count` rows of which `page` are in view.
    mutating func settle(count: Int, page: Int) {
        self.page = max(1, page)
        selected = max(0, min(selected, count - 1))
        if selected < top { top = selected }
        if selected >= top + self.page { top = selected - self.page + 1 }
        top = max(0, min(top, count - self.page))
    }

    /// Moves the selection, staying within `count` rows.
    mutating func move(by rows: Int, count: Int) {
        let (sum, overflow) = selected.addingReportingOverflow(rows)
        selected = max(0, min(overflow ? count - 1 : sum, count - 1))
        settle(count: count, page: page)
    }

    /// Scrolls the view, taking the selection along at the edges.
    mutating func scroll(by rows: Int, count: Int) {
        top = max(0, min(top + rows, count - page))
        selected = max(top, min(selected, top + page - 1, max(0, count - 1)))
    }
}
