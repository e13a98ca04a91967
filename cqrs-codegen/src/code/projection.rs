//! E07xx: projections and queries.

super::codes! {
    NOTHING_FOLDED = "E0701", "a projection folds no event" {
        why: "The rows of a projection are what events add up to. Without an event there will never be a row.",
        wrong: "projections:\n  Summary:\n    key: { name: string }\n    fields: { total: { type: u32, default: 0 } }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }",
    }
    FOLDED_TWICE = "E0702", "a projection folds an event twice" {
        why: "Each event is folded once: under `from` into the summaries, or under `on` by writes. For both, write the sums under `on` with `add`.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    on: { Opened: delete }",
        right: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    on: { Closed: delete }",
    }
    KEY_NEEDED = "E0703", "a projection of several aggregates has no key" {
        why: "Where all events are of one aggregate, its id is the key by itself. Events of several aggregates have no id in common, so the projection says which of their fields make a row one of its kind.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n  Card:\n    events: { Issued: {} }\nprojections:\n  Summary:\n    from: [Opened, Issued]\n    fields: { times: count }",
        right: "aggregates:\n  Account:\n    events: { Opened: { fields: { customer: string } } }\n  Card:\n    events: { Issued: { fields: { customer: string } } }\nprojections:\n  Summary:\n    key: { customer: string }\n    from: [Opened, Issued]\n    fields: { times: count }",
    }
    KEY_PARTS = "E0704", "a fold's key does not match the projection's" {
        why: "A fold gives a value to each field of the projection's key, by name. A key of one field may be given without its name.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { customer: string, item: string } } }\nprojections:\n  Sales:\n    key: { customer: string, item: string }\n    fields: { times: { type: u32, default: 0 } }\n    on:\n      Sold: { key: event.customer, set: { times: { add: 1 } } }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { customer: string, item: string } } }\nprojections:\n  Sales:\n    key: { customer: string, item: string }\n    fields: { times: { type: u32, default: 0 } }\n    on:\n      Sold: { key: { customer: event.customer, item: event.item }, set: { times: { add: 1 } } }",
    }
    KEY_OPEN = "E0705", "an event does not say which row it belongs to" {
        why: "Each part of a projection's key comes from what the fold says under `key`, else from the event's field of the same name and type, else, where types fit, from the id of the aggregate that recorded the event.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    key: { customer: string }\n    from: Sold\n    fields: { times: count }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { customer: string } } }\nprojections:\n  Sales:\n    key: { customer: string }\n    from: Sold\n    fields: { times: count }",
    }
    KEY_TYPE = "E0706", "a type cannot be in the key of a projection" {
        why: "Rows are found by comparing their keys. Texts, whole numbers, decimals, `bool`, `uuid`, dates and times can be compared, and so can enums without fields and newtypes of these. Floating-point numbers have no exact equality, and an optional may be absent.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { price: f64 } } }\nprojections:\n  Sales:\n    key: { price: f64 }\n    from: Sold\n    fields: { times: count }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { price: decimal } } }\nprojections:\n  Sales:\n    key: { price: decimal }\n    from: Sold\n    fields: { times: count }",
    }
    COLUMN_TWICE = "E0707", "a row has two columns of one name" {
        why: "The fields of the key and the other fields are columns of one table. A windowed projection has the column `window_start` too.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    key: { item: string }\n    from: Sold\n    fields: { item: count }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    key: { item: string }\n    from: Sold\n    fields: { times: count }",
    }
    UNFILLED_ROW = "E0708", "no event sets a field of a row, and it has no default" {
        why: "Each field of a row has a value. It comes from a fold that writes it, from `default`, from a summary, or is absent where the field is optional.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: { fields: { holder: string } } }\nprojections:\n  Summary:\n    fields: { holder: string, branch: string }\n    on:\n      Opened: { set: { holder: event.holder } }",
        right: "aggregates:\n  Account:\n    events: { Opened: { fields: { holder: string } } }\nprojections:\n  Summary:\n    fields: { holder: string, branch: string? }\n    on:\n      Opened: { set: { holder: event.holder } }",
    }
    UNFILLED_INSERT = "E0709", "a row that is inserted lacks a field" {
        why: "`insert` makes a row anew, whatever was there, so it writes every field that has no default and is not optional.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened: { fields: { holder: string } }\n      Moved: { fields: { branch: string } }\nprojections:\n  Summary:\n    fields: { holder: string, branch: string }\n    on:\n      Opened: { insert: { holder: event.holder } }\n      Moved: { set: { branch: event.branch } }",
        right: "aggregates:\n  Account:\n    events:\n      Opened: { fields: { holder: string } }\n      Moved: { fields: { branch: string } }\nprojections:\n  Summary:\n    fields: { holder: string, branch: string? }\n    on:\n      Opened: { insert: { holder: event.holder } }\n      Moved: { set: { branch: event.branch } }",
    }
    SUMMARY_WITHOUT_EVENTS = "E0710", "a summary has no events to sum up" {
        why: "`count`, `sum` and their fellows fold every event under `from`.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\nprojections:\n  Summary:\n    fields: { times: count }\n    on: { Closed: delete }",
        right: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    on: { Closed: delete }",
    }
    SUMMARY_TYPE_UNKNOWN = "E0711", "the type of a summary cannot be told" {
        why: "A summary of a field has that field's type. For any other expression, and where several events have the field in different types, the schema declares it.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { price: i64, quantity: i64 } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { turnover: { sum: event.price * event.quantity } }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { price: i64, quantity: i64 } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { turnover: { type: i64, sum: event.price * event.quantity } }",
    }
    SUMMARY_TYPE = "E0712", "a summary does not fit its type" {
        why: "`sum` and `avg` are of numbers, `count` is a whole number, `min` and `max` are of what can be ordered, and `collect` is a list.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { items: { sum: event.item } }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { items: { collect: event.item } }",
    }
    HOP = "E0713", "hopping windows do not overlap" {
        why: "Hopping windows begin more often than they end: `every` is shorter than `hopping`, which is a whole number of hops. Windows that follow each other without overlap are tumbling, and gaps between windows would lose events.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: {} }\nprojections:\n  Sales:\n    from: Sold\n    fields: { times: count }\n    window: { hopping: 10m, every: 1h }",
        right: "aggregates:\n  Shop:\n    events: { Sold: {} }\nprojections:\n  Sales:\n    from: Sold\n    fields: { times: count }\n    window: { hopping: 1h, every: 10m }",
    }
    UNKNOWN_COLUMN = "E0714", "a projection has no such column" {
        why: "The columns of a projection are the fields of its key, its other fields, and `window_start` where it has a window.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    index: [tmies]",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    index: [times]",
    }
    UNKNOWN_PROJECTION = "E0715", "there is no such projection" {
        why: "The name that stands here is no projection of the domain.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\nqueries:\n  All: { from: Sumary }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\nqueries:\n  All: { from: Summary }",
    }
    FILTER_TYPE = "E0716", "a column cannot be compared in this way" {
        why: "`prefix` is for texts; `above`, `below`, `at_least` and `at_most` are for what has an order: numbers, texts, dates and times. Lists, maps, structs and JSON are not compared at all.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\nqueries:\n  Some: { from: Summary, where: { times: prefix } }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    index: [times]\nqueries:\n  Some: { from: Summary, where: { times: at_least } }",
    }
    ORDER_TYPE = "E0717", "a column has no order" {
        why: "Rows are ordered by numbers, texts, dates, times and the like, and by newtypes of them. Lists, maps, structs, enums with fields and JSON have no order.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { items: { collect: event.item } }\nqueries:\n  All: { from: Sales, order_by: [items] }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { items: count }\nqueries:\n  All: { from: Sales, order_by: [items desc] }",
    }
    FILTER_TWICE = "E0718", "a query compares a column twice in one way" {
        why: "Each way to compare a column is one field of the request. Two ways may stand together, as `at_least` and `below`; the same one twice says nothing more. Where a column is compared in several ways, the fields are called after both, `due_at_least` and `due_below`, so the query cannot compare other columns of those names.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    index: [times]\nqueries:\n  Some: { from: Summary, where: { times: [above, above] } }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    index: [times]\nqueries:\n  Some: { from: Summary, where: { times: [above, below] } }",
    }
    ORDER_TWICE = "E0719", "a query orders by a column twice" {
        why: "Rows that are equal in a column the first time are equal in it the second time too.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\nqueries:\n  All: { from: Summary, order_by: [times, times desc] }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\nqueries:\n  All: { from: Summary, order_by: [times desc] }",
    }
    SUMMARY_WRITTEN = "E0720", "a fold writes to a summary" {
        why: "A summary follows the events under `from` by itself; a write would make it disagree with them. For a field with both, leave the summary out and write the sums under `on`.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    on: { Closed: { set: { times: 0 } } }",
        right: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\nprojections:\n  Summary:\n    fields: { times: { type: u64, default: 0 } }\n    on:\n      Opened: { set: { times: { add: 1 } } }\n      Closed: { set: { times: 0 } }",
    }
    INDEX_TYPE = "E0721", "a column cannot be indexed" {
        why: "An index finds rows by comparing columns, so it can be of what a query can compare. Lists, maps, structs and JSON cannot, and a column stands in an index once.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { items: { collect: event.item } }\n    index: [items]",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    from: Sold\n    fields: { latest: { last: event.item } }\n    index: [latest]",
    }
    KEY_DEFAULT = "E0722", "a part of a projection's key has a default" {
        why: "Each event says which row it belongs to, so there is never a row whose key is left open.",
        wrong: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    key: { item: { type: string, default: none } }\n    from: Sold\n    fields: { times: count }",
        right: "aggregates:\n  Shop:\n    events: { Sold: { fields: { item: string } } }\nprojections:\n  Sales:\n    key: { item: string }\n    from: Sold\n    fields: { times: count }",
    }
}
