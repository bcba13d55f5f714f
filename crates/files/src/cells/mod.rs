//! Cells of a column, read together: what nothing in one cell settles another one may.

mod date_text;
pub mod dates;
pub mod directions;
pub mod ids;
pub mod kinds;
pub mod numbers;
pub mod skeleton;

/// Traditional characters of the trade's words, and the simplified ones beside them.
const TRADITIONAL: [(char, char); 38] = [
    ('單', '单'),
    ('據', '据'),
    ('產', '产'),
    ('倉', '仓'),
    ('庫', '库'),
    ('數', '数'),
    ('號', '号'),
    ('編', '编'),
    ('碼', '码'),
    ('類', '类'),
    ('發', '发'),
    ('貨', '货'),
    ('時', '时'),
    ('間', '间'),
    ('備', '备'),
    ('註', '注'),
    ('說', '说'),
    ('業', '业'),
    ('務', '务'),
    ('領', '领'),
    ('報', '报'),
    ('銷', '销'),
    ('採', '采'),
    ('購', '购'),
    ('進', '进'),
    ('調', '调'),
    ('撥', '拨'),
    ('盤', '盘'),
    ('虧', '亏'),
    ('損', '损'),
    ('稱', '称'),
    ('總', '总'),
    ('計', '计'),
    ('條', '条'),
    ('異', '异'),
    ('動', '动'),
    ('賬', '账'),
    ('後', '后'),
];

/// The simplified form of a character, where the trade's words need it.
pub fn simplified(it: char) -> char {
    TRADITIONAL.iter().find(|(old, _)| *old == it).map_or(it, |(_, new)| *new)
}
