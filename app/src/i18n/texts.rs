//! Texts that several pages and the shell share. Each page has its own beside it (`pages/<url>/texts.rs`).

/// Every text there is.
#[derive(Debug)]
pub struct Texts {
    /// The product.
    pub product_name: &'static str,
    /// `en` or `中文`: the switch names the other language in that language.
    pub switch_language: &'static str,
    /// For keyboards.
    pub skip_to_content: &'static str,
    /// Theme switch.
    pub dark: &'static str,
    /// Theme switch.
    pub light: &'static str,
    /// Main navigation.
    pub navigation: &'static str,
    /// Navigation and title of `/`.
    pub live: &'static str,
    /// Title of `/`.
    pub live_title: &'static str,
    /// Stream state.
    pub stream_live: &'static str,
    /// Stream state.
    pub stream_connecting: &'static str,
    /// Stream state.
    pub stream_reconnecting: &'static str,
    /// Stream state; a time follows.
    pub stream_stale: &'static str,
    /// Stream state.
    pub stream_catching_up: &'static str,
    /// Stream state.
    pub stream_rebuilding: &'static str,
    /// Stream state.
    pub stream_behind: &'static str,
    /// The notice under a stale stream.
    pub stale_notice: &'static str,
    /// Lead figure.
    pub stock_all: &'static str,
    /// Under the lead figure: keys, and when it last moved.
    pub rests_on: fn(&str, &str) -> String,
    /// Figure.
    pub in_today: &'static str,
    /// Figure.
    pub out_today: &'static str,
    /// Under a figure: entries of today.
    pub entries_today: fn(&str) -> String,
    /// Figure.
    pub per_second: &'static str,
    /// The same on a wall.
    pub per_second_short: &'static str,
    /// Under a figure.
    pub over_ten_seconds: &'static str,
    /// Figure.
    pub needs_person: &'static str,
    /// Beside a count.
    pub negative_keys: &'static str,
    /// Under a figure: rejected messages.
    pub rejected: fn(&str) -> String,
    /// Panel.
    pub by_warehouse: &'static str,
    /// Panel.
    pub by_product: &'static str,
    /// Column.
    pub warehouse: &'static str,
    /// Column.
    pub product: &'static str,
    /// Column.
    pub share: &'static str,
    /// Column.
    pub stock: &'static str,
    /// Column.
    pub net_today_head: &'static str,
    /// Beside a panel's title: shown of all.
    pub shown_of: fn(&str, &str) -> String,
    /// Panel.
    pub last_hour: &'static str,
    /// Beside it.
    pub per_minute: &'static str,
    /// Legend, direction.
    pub flow_in: &'static str,
    /// Legend, direction.
    pub flow_out: &'static str,
    /// Under a chart.
    pub as_table: &'static str,
    /// Column.
    pub minute: &'static str,
    /// In the place of a chart without bars; a date follows where one is known.
    pub quiet_hour: &'static str,
    /// With it.
    pub newest_entry_at: fn(&str) -> String,
    /// Panel.
    pub newest: &'static str,
    /// Empty state.
    pub nothing_yet: &'static str,
    /// Empty state, what to do.
    pub nothing_yet_how: &'static str,
    /// Failed state.
    pub failed: &'static str,
    /// Failed state, what to do.
    pub failed_how: &'static str,
    /// Failed state, button.
    pub try_again: &'static str,
    /// Loading state.
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
    /// Navigation.
    pub wall: &'static str,
    /// Title of `/wall`.
    pub wall_title: &'static str,
    /// Navigation and title of `/system`.
    pub system: &'static str,
    /// The wall's words under a stale stream.
    pub stale_short: &'static str,
    /// Popover.
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
    /// Field.
    pub find_warehouse: &'static str,
    /// Field.
    pub find_product: &'static str,
    /// Empty search.
    pub nothing_found: &'static str,
    /// Column.
    pub twenty_days: &'static str,
    /// Panel.
    pub heat: &'static str,
    /// Scale.
    pub less: &'static str,
    /// Scale.
    pub more: &'static str,
    /// Column.
    pub total: &'static str,
    /// Unit.
    pub unit_one: &'static str,
    /// Unit.
    pub unit_thousand: &'static str,
    /// Unit.
    pub unit_million: &'static str,
    /// Panel.
    pub alerts: &'static str,
    /// Empty panel.
    pub no_alerts: &'static str,
    /// Badge.
    pub negative_word: &'static str,
    /// For screen readers.
    pub low_word: &'static str,
    /// The wall's lead figure.
    pub all_warehouses: &'static str,
    /// The wall's newest entries.
    pub flow_in_short: &'static str,
    /// The wall's newest entries.
    pub flow_out_short: &'static str,
    /// Notice.
    pub all_well: &'static str,
    /// Panel.
    pub stores: &'static str,
    /// Store.
    pub store_records: &'static str,
    /// Store.
    pub store_live_stock: &'static str,
    /// Store.
    pub store_topic: &'static str,
    /// Badge.
    pub answers: &'static str,
    /// Badge.
    pub silent: &'static str,
    /// Panel.
    pub rates: &'static str,
    /// Rate.
    pub rate_produced: &'static str,
    /// Rate.
    pub rate_consumed: &'static str,
    /// Rate.
    pub rate_applied: &'static str,
    /// Column.
    pub lag: &'static str,
    /// Panel.
    pub upkeep: &'static str,
    /// Line.
    pub day_tables: &'static str,
    /// Line.
    pub no_new_tables: &'static str,
    /// What to do.
    pub tables_how: &'static str,
    /// Line.
    pub journal: &'static str,
    /// Line.
    pub last_rebuild: &'static str,
    /// Line.
    pub version: &'static str,
    /// Panel.
    pub partitions: &'static str,
    /// Column.
    pub partition: &'static str,
    /// Column.
    pub end_offset: &'static str,
    /// Column.
    pub cursor: &'static str,
    /// Column.
    pub live_cursor: &'static str,
    /// Column.
    pub consumed: &'static str,
    /// Column.
    pub recorded: &'static str,
    /// Column.
    pub duplicates: &'static str,
    /// Column.
    pub rejected_word: &'static str,
    /// Panel.
    pub accounting: &'static str,
    /// Badge.
    pub holds: &'static str,
    /// Badge.
    pub holds_not: &'static str,
    /// Under a figure: the same until this time yesterday.
    pub a_day_ago: fn(&str) -> String,
    /// Badge.
    pub n_low: fn(&str) -> String,
    /// Badge.
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
    /// Since when.
    pub since: fn(&str) -> String,
    /// How long the process is up.
    pub up_for: fn(&str) -> String,
    /// Days until the cap, at so many new tables a day.
    pub days_left: fn(&str, &str) -> String,
    /// The wall's words where none of the chosen warehouses holds anything.
    pub no_such_warehouses: fn(&str) -> String,
    /// Not found.
    pub not_found: &'static str,
    /// Not found, what to do.
    pub not_found_how: &'static str,
}
