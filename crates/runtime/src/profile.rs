//! What a run spends its time on, as the model itself notes it.

/// One stretch of work: `kiln_event`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// When it began, in nanoseconds of the system's monotonic clock.
    pub begin: i64,
    /// When it was done.
    pub end: i64,
    launch: i32,
    worker: i32,
}

impl Event {
    /// A stretch of work of a launch: of a thread, or of all if that is -1; times in nanoseconds.
    pub fn new(launch: i32, worker: i32, [begin, end]: [i64; 2]) -> Event {
        Event { begin, end, launch, worker }
    }

    /// Which launch it belongs to: an index into [`crate::ModelDescription::launches`].
    pub fn launch(&self) -> usize {
        usize::try_from(self.launch).expect("launches are counted from 0")
    }

    /// The thread of a part, 0 being the one that called; `None`: the launch as a whole, whose parts follow.
    pub fn worker(&self) -> Option<usize> {
        usize::try_from(self.worker).ok()
    }

    /// Seconds that it took.
    pub fn seconds(&self) -> f64 {
        (self.end - self.begin) as f64 / 1e9
    }
}

/// What one run spent its time on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Launches, in order, each followed by its parts. One in a loop of the model has an event in each round.
    pub events: Vec<Event>,
    /// When the first kernel could begin, on the clock of the events.
    pub begin: i64,
    /// When the last one was done.
    pub end: i64,
}

impl Profile {
    /// Seconds between [`Profile::begin`] and [`Profile::end`].
    pub fn seconds(&self) -> f64 {
        (self.end - self.begin) as f64 / 1e9
    }

    /// The launches as wholes.
    pub fn launches(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.worker().is_none())
    }
}
