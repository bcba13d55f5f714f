//! Texts that several pages and the shell share. Each page has its own beside it (`pages/<url>/texts.rs`).

/// Every text there is.
#[derive(Debug)]
pub struct Texts {
    pub product_name: &'static str,
    /// `en` or `中文`: the switch names the other language in that language.
    pub switch_language: &'static str,
    pub skip_to_content: &'static str,
    pub dark: &'static str,
    pub light: &'static str,
    pub navigation: &'static str,
    /// Navigation and title of `/`.
    pub live: &'static str,
    /// Title of `/`.
    pub live_title: &'static str,
    pub stream_live: &'static str,
    pub stream_connecting: &'static str,
    pub stream_reconnecting: &'static str,
    /// Stream state; a time follows.
    pub stream_stale: &'static str,
    pub stream_catching_up: &'static str,
    pub stream_rebuilding: &'static str,
    pub stream_behind: &'static str,
    /// The notice under a stale stream.
    pub stale_notice: &'static str,
    pub stock_all: &'static str,
    /// Under the lead figure: keys, and when it last moved.
    pub rests_on: fn(&str, &str) -> String,
    pub in_today: &'static str,
    pub out_today: &'static str,
    /// Under a figure: entries of today.
    pub entries_today: fn(&str) -> String,
    pub per_second: &'static str,
    /// The same on a wall.
    pub per_second_short: &'static str,
    /// Under a figure.
    pub over_ten_seconds: &'static str,
    pub needs_person: &'static str,
    /// Beside a count.
    pub negative_keys: &'static str,
    /// Under a figure: rejected messages.
    pub rejected: fn(&str) -> String,
    pub by_warehouse: &'static str,
    pub by_product: &'static str,
    pub warehouse: &'static str,
    pub product: &'static str,
    pub share: &'static str,
    pub stock: &'static str,
    pub net_today_head: &'static str,
    /// Beside a panel's title: shown of all.
    pub shown_of: fn(&str, &str) -> String,
    pub last_hour: &'static str,
    pub per_minute: &'static str,
    pub flow_in: &'static str,
    pub flow_out: &'static str,
    /// Under a chart.
    pub as_table: &'static str,
    pub minute: &'static str,
    /// In the place of a chart without bars; a date follows where one is known.
    pub quiet_hour: &'static str,
    pub newest_entry_at: fn(&str) -> String,
    pub newest: &'static str,
    pub nothing_yet: &'static str,
    /// Empty state, what to do.
    pub nothing_yet_how: &'static str,
    pub failed: &'static str,
    /// Failed state, what to do.
    pub failed_how: &'static str,
    pub busy: &'static str,
    pub busy_how: &'static str,
    pub bad_question: &'static str,
    pub bad_question_how: &'static str,
    /// Failed state, button.
    pub try_again: &'static str,
    pub loading: &'static str,
    /// Notices by pipeline state.
    pub catching_up: &'static str,
    /// Notices by pipeline state.
    pub behind: &'static str,
    /// Notices by pipeline state.
    pub degraded: &'static str,
    /// Notices by pipeline state.
    pub paused: &'static str,
    /// Notices by pipeline state.
    pub records_behind: &'static str,
    /// Notices by pipeline state.
    pub rebuilding: &'static str,
    /// What an operator does.
    pub do_nothing: &'static str,
    /// What an operator does.
    pub do_start_what_is_away: &'static str,
    /// What an operator does.
    pub do_as_the_reason_says: &'static str,
    /// What an operator does.
    pub do_wait_for_lost_bills: &'static str,
    /// What an operator does.
    pub do_wait_for_the_rebuild: &'static str,
    pub wall: &'static str,
    /// Title of `/wall`.
    pub wall_title: &'static str,
    /// Navigation and title of `/system`.
    pub system: &'static str,
    /// The wall's words under a stale stream.
    pub stale_short: &'static str,
    pub what_it_rests_on: &'static str,
    /// What all figures count.
    pub counts_all: &'static str,
    /// What a figure rests on: when.
    pub as_of: &'static str,
    /// What a figure rests on.
    pub last_audit: &'static str,
    /// Where there is none.
    pub none_yet: &'static str,
    /// What a figure rests on: entries since that audit.
    pub entries_since: &'static str,
    /// What a figure rests on.
    pub position_of_partitions: &'static str,
    /// What a figure counts.
    pub counts_stock: &'static str,
    /// What a figure counts.
    pub counts_in: &'static str,
    /// What a figure counts.
    pub counts_out: &'static str,
    /// What a figure counts.
    pub counts_rate: &'static str,
    /// What a figure counts.
    pub counts_waiting: &'static str,
    pub find_warehouse: &'static str,
    pub find_product: &'static str,
    pub nothing_found: &'static str,
    pub twenty_days: &'static str,
    pub heat: &'static str,
    pub less: &'static str,
    pub more: &'static str,
    pub total: &'static str,
    pub unit_one: &'static str,
    pub unit_thousand: &'static str,
    pub unit_million: &'static str,
    pub alerts: &'static str,
    pub no_alerts: &'static str,
    pub negative_word: &'static str,
    /// For screen readers.
    pub low_word: &'static str,
    /// The wall's lead figure.
    pub all_warehouses: &'static str,
    /// The wall's newest entries.
    pub flow_in_short: &'static str,
    /// The wall's newest entries.
    pub flow_out_short: &'static str,
    pub all_well: &'static str,
    pub stores: &'static str,
    pub store_records: &'static str,
    pub store_live_stock: &'static str,
    pub store_topic: &'static str,
    pub answers: &'static str,
    pub silent: &'static str,
    pub rates: &'static str,
    pub rate_produced: &'static str,
    pub rate_consumed: &'static str,
    pub rate_applied: &'static str,
    pub lag: &'static str,
    pub upkeep: &'static str,
    pub day_tables: &'static str,
    pub no_new_tables: &'static str,
    /// What to do.
    pub tables_how: &'static str,
    pub journal: &'static str,
    pub last_rebuild: &'static str,
    pub version: &'static str,
    pub partitions: &'static str,
    pub partition: &'static str,
    pub end_offset: &'static str,
    pub cursor: &'static str,
    pub live_cursor: &'static str,
    pub consumed: &'static str,
    pub recorded: &'static str,
    pub duplicates: &'static str,
    pub rejected_word: &'static str,
    pub accounting: &'static str,
    pub holds: &'static str,
    pub holds_not: &'static str,
    /// Under a figure: the same until this time yesterday.
    pub a_day_ago: fn(&str) -> String,
    pub n_low: fn(&str) -> String,
    pub n_negative: fn(&str) -> String,
    /// Under a list.
    pub and_more: fn(&str) -> String,
    /// Beside a panel's title.
    pub found: fn(&str) -> String,
    /// Beside a panel's title: the unit of all cells.
    pub in_units: fn(&str) -> String,
    /// The wall's lead figure, of some.
    pub n_warehouses: fn(&str) -> String,
    /// How long an answer took.
    pub in_ms: fn(&str) -> String,
    pub since: fn(&str) -> String,
    /// How long the process is up.
    pub up_for: fn(&str) -> String,
    /// Days until the cap, at so many new tables a day.
    pub days_left: fn(&str, &str) -> String,
    /// The wall's words where none of the chosen warehouses holds anything.
    pub no_such_warehouses: fn(&str) -> String,
    pub not_found: &'static str,
    /// Not found, what to do.
    pub not_found_how: &'static str,
}
