//! Keeps the hub up to date: reads everything once, follows the live feed, and reads again what it missed.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::{Stream, StreamExt};
use model::pipeline::PipelineState;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Hub;
use super::state::State;
use super::view::ViewContext;
use super::watchlist::Levels;
use base::business_time::BusinessTime;
use base::clock::Clock;
use base::status::{Detail, Reason, Status, explain};
use realtime::{FeedMessage, Realtime};
use records::Records;

/// Changes are merged to at most 4 a second.
const SHOW_EVERY: Duration = Duration::from_millis(250);
/// How often positions are compared.
const COMPARE_EVERY: Duration = Duration::from_secs(1);
/// How often the catalogue is read again.
const NAMES_EVERY: Duration = Duration::from_secs(10);
/// How often the curves of the last days are worked out anew: back-dated entries change them.
const CURVES_EVERY: Duration = Duration::from_mins(1);
/// The wait after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// Fills a hub until it is told to stop.
pub struct Follower {
    hub: Hub,
    records: Records,
    realtime: Realtime,
    status: Status,
    clock: Clock,
    business_time: BusinessTime,
    /// Everything was read.
    loaded: Arc<Notify>,
    /// What keeps the hub from following, if anything does.
    trouble: Option<Reason>,
}

/// Why following ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Records(#[from] records::Error),
    #[error(transparent)]
    Realtime(#[from] realtime::Error),
    #[error("the live feed ended")]
    FeedClosed,
    /// Nothing is wrong; what is held does not fit any more.
    #[error("reading the live stock again: {0}")]
    ReadAgain(&'static str),
    #[error("Redis holds no stock of ours yet, or is being rebuilt")]
    NotReady,
}

impl Follower {
    /// A follower and the hub it fills.
    pub fn new(
        records: Records,
        realtime: Realtime,
        status: Status,
        clock: Clock,
        business_time: BusinessTime,
    ) -> (Self, Hub) {
        let hub = Hub::new(ViewContext::new(business_time, clock.now()));
        let follower = Self {
            hub: hub.clone(),
            records,
            realtime,
            status,
            clock,
            business_time,
            loaded: Arc::default(),
            trouble: None,
        };
        (follower, hub)
    }

    /// Follows until `stop`; outages are shown and waited out.
    pub async fn run(self, stop: CancellationToken) {
        // Beside it: figures do not wait for the curves of the last days.
        let curves = keep_curves(self.hub.clone(), self.records.clone(), Arc::clone(&self.loaded));
        tokio::select! {
            () = self.keep_following(stop) => {}
            () = curves => {}
        }
    }

    async fn keep_following(mut self, stop: CancellationToken) {
        loop {
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.follow() => ended,
            };
            if matches!(ended, Ended::NotReady | Ended::ReadAgain(super::state::MADE_ANEW)) {
                self.hub.around().superseded = true;
            }
            match &ended {
                Ended::ReadAgain(why) => tracing::info!(why, "reading the live stock again"),
                other => {
                    let reason = Reason::of(other, "; trying again").behind("the live view stands still");
                    if self.trouble.as_ref() != Some(&reason) {
                        tracing::warn!("{}", reason.told(Detail::WithCauses));
                    }
                    self.trouble = Some(reason);
                    self.show();
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(RETRY) => {}
            }
        }
    }

    /// Reads everything, then follows the feed. Returns only when it cannot go on.
    async fn follow(&mut self) -> Ended {
        match self.load().await {
            Ok(messages) => self.follow_feed(messages).await,
            Err(ended) => ended,
        }
    }

    /// Subscribes first: whatever is applied after that is either in what is read next or comes as a message, or both,
    /// and versions and positions tell.
    async fn load(&mut self) -> Result<impl Stream<Item = Result<FeedMessage, realtime::Error>> + use<>, Ended> {
        let messages = self.realtime.subscribe().await?.into_messages();
        let meta = self.realtime.meta().await?;
        if !meta.is_ready() {
            return Err(Ended::NotReady);
        }
        let snapshot = self.records.stream_snapshot(self.clock.now()).await?;
        let levels = self.read_catalogue().await?;
        let mut state = State::new(snapshot, meta);
        let mut after = String::new();
        loop {
            let (values, more) = self.realtime.stock_page(&after).await?;
            for (key, value) in values {
                state.merge(key, value);
            }
            match more {
                Some(last) => after = last,
                None => break,
            }
        }
        state.set_levels(&levels);
        *self.hub.state.write().unwrap_or_else(PoisonError::into_inner) = Some(state);
        self.hub.tell_moved();
        self.hub.mark_fresh(self.clock.now());
        self.trouble = None;
        self.hub.around().superseded = false;
        self.loaded.notify_one();
        self.show();
        Ok(messages)
    }

    async fn follow_feed(&mut self, messages: impl Stream<Item = Result<FeedMessage, realtime::Error>>) -> Ended {
        tokio::pin!(messages);
        // The first change after a calm is shown at once; those that follow are merged.
        let (mut changed, mut next_show) = (false, Instant::now());
        let mut compare = tokio::time::interval(COMPARE_EVERY);
        let mut names = tokio::time::interval(NAMES_EVERY);
        for timer in [&mut compare, &mut names] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let mut seen = BTreeMap::new();
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(Ok(message)) => {
                        self.hub.around().arrivals.add(&message.note);
                        changed = true;
                        let taken = self.hub.with_state(|state| state.follow(message));
                        self.hub.tell_moved();
                        if taken.is_some_and(|it| it.is_err()) {
                            return Ended::ReadAgain("a message of the feed was missed");
                        }
                    }
                    Some(Err(error)) => return error.into(),
                    None => return Ended::FeedClosed,
                },
                () = tokio::time::sleep_until(next_show), if changed => {
                    (changed, next_show) = (false, Instant::now() + SHOW_EVERY);
                    self.show();
                }
                _ = compare.tick() => {
                    if let Err(ended) = self.compare(&mut seen).await {
                        return ended;
                    }
                    // Troubles, the rate and the hour move without a message too.
                    changed = true;
                }
                _ = names.tick() => self.refresh_catalogue().await,
                () = self.hub.catalogue_changed.notified() => self.refresh_catalogue().await,
            }
        }
    }

    /// Is what is held still what Redis holds? Messages on their way are no gap: missed is what was there at the last look
    /// and still has not come.
    async fn compare(&mut self, seen: &mut BTreeMap<i32, i64>) -> Result<(), Ended> {
        let meta = self.realtime.meta().await?;
        if !meta.is_ready() {
            return Err(Ended::NotReady);
        }
        let today = self.business_time.day(self.clock.now());
        let before = std::mem::take(seen);
        let differs = self.hub.with_state(|state| {
            let new_day = (Some(state.day()) != today).then_some("a new business day began");
            state.differs(&meta, &before).or(new_day)
        });
        *seen = meta.positions;
        if let Some(why) = differs.flatten() {
            return Err(Ended::ReadAgain(why));
        }
        self.hub.mark_fresh(self.clock.now());
        Ok(())
    }

    /// Names may be old for a while; figures may not wait for them.
    async fn refresh_catalogue(&self) {
        match tokio::time::timeout(RETRY, self.read_catalogue()).await {
            Ok(Ok(levels)) => {
                self.hub.with_state(|state| state.set_levels(&levels));
            }
            Ok(Err(error)) => tracing::debug!("{}", explain(&error)),
            Err(_) => tracing::debug!("the catalogue did not come in time"),
        }
    }

    /// Takes the names over, and answers the levels.
    async fn read_catalogue(&self) -> Result<Levels, records::Error> {
        let catalogue = self.records.catalogue().await?;
        self.hub.around().names = Arc::new(catalogue.by_kind());
        Ok(catalogue.levels)
    }

    fn show(&mut self) {
        let (mut pipeline, mut reasons) = self.status.now();
        if let Some(trouble) = &self.trouble {
            pipeline = pipeline.max(PipelineState::Degraded);
            reasons.push(trouble.told(Detail::Words).to_owned());
        }
        let now = self.clock.now();
        {
            let mut around = self.hub.around();
            (around.now, around.state, around.reasons) = (now, pipeline, reasons);
            around.arrivals.forget_old();
        }
        // The last hour, and the day before up to now, are shown: what is older is let go.
        let yesterday = self.business_time.day(now).and_then(|it| it.pred_opt());
        if let Some(start) = yesterday.and_then(|it| self.business_time.start_of(it)) {
            self.hub.with_state(|state| state.forget_minutes_before(start.0.div_euclid(60_000)));
        }
        self.hub.redraw(self.trouble.is_some());
    }
}

/// Works the curves out whenever everything was read, and once a minute.
async fn keep_curves(hub: Hub, records: Records, loaded: Arc<Notify>) {
    loop {
        tokio::select! {
            () = loaded.notified() => {}
            () = tokio::time::sleep(CURVES_EVERY) => {}
        }
        let Some(day) = hub.with_state(|state| state.day()) else { continue };
        match records.day_nets(day).await {
            Ok(nets) => {
                hub.with_state(|state| state.set_curves(&nets));
            }
            Err(error) => tracing::warn!("{}; the curves of the last days stay as they are", explain(&error)),
        }
    }
}
