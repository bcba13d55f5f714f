//! What one scope's screens are shown, and the changes that led there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::live::LiveView;
use tokio::sync::broadcast;
use tokio::time::Instant;
use uuid::Uuid;

/// How many changes are kept for clients that come back, and how far a slow client may fall behind: at 4 a second, 16 s.
pub const KEPT_CHANGES: usize = 64;

/// One event of the stream, written once and shared by all clients.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    /// `snapshot`, `change` or `audit`.
    pub kind: &'static str,
    pub data: Arc<str>,
}

/// The screens of one scope.
pub struct Channel {
    shown: Mutex<Shown>,
    changes: broadcast::Sender<Event>,
}

/// What is shown now.
struct Shown {
    epoch: String,
    number: u64,
    view: Arc<LiveView>,
    recent: VecDeque<Event>,
    asked: Instant,
}

impl Channel {
    /// Begins with a view, whose id it is given.
    pub fn new(first: impl FnOnce(String) -> LiveView) -> Self {
        let epoch = Uuid::new_v4().simple().to_string()[..8].to_owned();
        let view = Arc::new(first(format!("{epoch}-0")));
        let shown = Shown { epoch, number: 0, view, recent: VecDeque::new(), asked: Instant::now() };
        let (changes, _) = broadcast::channel(KEPT_CHANGES);
        Self { shown: Mutex::new(shown), changes }
    }

    /// Somebody wants it.
    pub fn asked_now(&self) {
        self.lock().asked = Instant::now();
    }

    /// What is shown now.
    pub fn view(&self) -> Arc<LiveView> {
        let mut shown = self.lock();
        shown.asked = Instant::now();
        Arc::clone(&shown.view)
    }

    /// A stream from a position on: the events a client has missed since `after`, or a snapshot where that is too long
    /// ago or another hub's; then every change to come, without a gap.
    pub fn stream(&self, after: Option<&str>) -> (Vec<Event>, broadcast::Receiver<Event>) {
        let shown = self.lock();
        let missed = after.and_then(|after| shown.since(after)).unwrap_or_else(|| vec![shown.snapshot()]);
        (missed, self.changes.subscribe())
    }

    /// Moves on to another view; whoever watches is told what changed. `draw` is given the next id and what is shown.
    pub fn show(&self, draw: impl FnOnce(String, &LiveView) -> LiveView) {
        let mut shown = self.lock();
        let next = draw(format!("{}-{}", shown.epoch, shown.number + 1), &shown.view);
        let change = shown.view.change_to(&next);
        if change.is_empty() {
            return;
        }
        let data = match serde_json::to_string(&change) {
            Ok(data) => data.into(),
            Err(cause) => {
                tracing::error!(%cause, "a change cannot be written");
                return;
            }
        };
        let event = Event { id: next.id.clone(), kind: "change", data };
        self.send(&mut shown, next, event);
    }

    /// Tells whoever watches something that is no part of what is shown.
    pub fn tell(&self, kind: &'static str, data: &Arc<str>) {
        let mut shown = self.lock();
        let id = format!("{}-{}", shown.epoch, shown.number + 1);
        let next = LiveView { id: id.clone(), ..LiveView::clone(&shown.view) };
        self.send(&mut shown, next, Event { id, kind, data: Arc::clone(data) });
    }

    fn send(&self, shown: &mut Shown, next: LiveView, event: Event) {
        shown.number += 1;
        shown.view = Arc::new(next);
        shown.recent.push_back(event.clone());
        while shown.recent.len() > KEPT_CHANGES {
            shown.recent.pop_front();
        }
        // Nobody watching is no error.
        let _watchers = self.changes.send(event);
    }

    /// When it was last asked for, if nobody watches it.
    pub fn unwatched_since(&self) -> Option<Instant> {
        (self.changes.receiver_count() == 0).then(|| self.lock().asked)
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    fn snapshot(&self) -> Event {
        let data = serde_json::to_string(&*self.view).unwrap_or_else(|cause| {
            tracing::error!(%cause, "a view cannot be written");
            String::from("null")
        });
        Event { id: self.view.id.clone(), kind: "snapshot", data: data.into() }
    }

    /// The changes after an id of ours; `None` where they are no longer kept.
    fn since(&self, after: &str) -> Option<Vec<Event>> {
        let (epoch, number) = after.rsplit_once('-')?;
        let missed = usize::try_from(self.number.checked_sub(number.parse().ok()?)?).ok()?;
        let skip = self.recent.len().checked_sub(missed)?;
        (epoch == self.epoch).then(|| self.recent.iter().skip(skip).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use model::pipeline::PipelineState;
    use model::time::Millis;

    use super::*;
    use crate::live::view::{self, ViewContext};
    use base::business_time::BusinessTime;

    fn draw(id: String, arrived: &str) -> LiveView {
        let mut around = ViewContext::new(BusinessTime(chrono_tz::Asia::Shanghai), Millis(0));
        (around.state, around.reasons) = (PipelineState::Ok, vec![arrived.to_owned()]);
        view::unknown(id, &around)
    }

    fn kinds(events: &[Event]) -> Vec<&str> {
        events.iter().map(|it| it.kind).collect()
    }

    #[test]
    fn a_client_that_comes_back_misses_nothing() {
        let channel = Channel::new(|id| draw(id, "a"));
        let first = channel.view().id.clone();
        for word in ["b", "c", "d"] {
            channel.show(|id, _| draw(id, word));
        }
        let (missed, _) = channel.stream(Some(&first));
        assert_eq!(kinds(&missed), ["change", "change", "change"]);
        let (missed, _) = channel.stream(Some(&missed[1].id));
        assert_eq!(kinds(&missed), ["change"]);
        let (missed, _) = channel.stream(Some(&channel.view().id));
        assert_eq!(kinds(&missed), [""; 0]);
    }

    #[test]
    fn a_stranger_or_one_away_too_long_gets_a_snapshot() {
        let channel = Channel::new(|id| draw(id, "a"));
        let first = channel.view().id.clone();
        for n in 0..=KEPT_CHANGES {
            channel.show(|id, _| draw(id, &n.to_string()));
        }
        for after in [None, Some(first.as_str()), Some("another-1"), Some("nonsense")] {
            assert_eq!(kinds(&channel.stream(after).0), ["snapshot"], "{after:?}");
        }
    }

    #[test]
    fn what_is_told_beside_has_its_place_in_the_stream() {
        let channel = Channel::new(|id| draw(id, "a"));
        let first = channel.view().id.clone();
        channel.tell("audit", &"{}".into());
        channel.show(|id, _| draw(id, "b"));
        let (missed, _) = channel.stream(Some(&first));
        assert_eq!(kinds(&missed), ["audit", "change"]);
        assert_eq!(channel.view().id, missed[1].id);
        assert_eq!(kinds(&channel.stream(Some(&missed[0].id)).0), ["change"]);
    }

    #[test]
    fn nothing_new_is_no_event() {
        let channel = Channel::new(|id| draw(id, "a"));
        let before = channel.view().id.clone();
        channel.show(|id, _| draw(id, "a"));
        assert_eq!(channel.view().id, before);
    }
}
