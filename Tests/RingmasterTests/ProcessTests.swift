import Testing

/// The tests that start clusters of real processes.
///
/// They run one after the other, and each ends all that it started: five nodes and their load
/// are as much as a small machine carries. Wherever something takes time they wait for it to have
/// happened, so that a busy machine makes them slow and not wrong.
@Suite(.serialized) struct ProcessTests {}
