//! Fields that a column of a file may hold, and the mapping from columns to fields.

use std::collections::BTreeMap;

/// What a column of a file holds: a field of an entry, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Business time: a date, or date and time.
    CreateTime,
    /// Time of the day, where a date stands in a column of its own.
    TimeOfDay,
    /// Id of the bill.
    BillId,
    /// Number of the line within its bill.
    LineNo,
    /// Id of the product.
    ProductId,
    /// Id of the warehouse.
    WarehouseId,
    /// Id of the company.
    CompanyId,
    /// Direction, in words or as 1 and -1.
    Direction,
    /// Number of pieces.
    Quantity,
    /// Number of pieces that came in; empty where they went out.
    QuantityIn,
    /// Number of pieces that went out; empty where they came in.
    QuantityOut,
    /// Unit in which the pieces of a line are counted.
    Unit,
    /// Trade, opening stock or adjustment.
    Kind,
    /// Text beside it.
    Description,
    /// Number of pieces on the shelves, of a count.
    Counted,
}

impl Field {
    /// Fields of an entry in the order of the page.
    pub const OF_ENTRIES: [Self; 14] = [
        Self::CreateTime,
        Self::TimeOfDay,
        Self::BillId,
        Self::LineNo,
        Self::ProductId,
        Self::WarehouseId,
        Self::CompanyId,
        Self::Direction,
        Self::Quantity,
        Self::QuantityIn,
        Self::QuantityOut,
        Self::Unit,
        Self::Kind,
        Self::Description,
    ];

    /// Fields of a count in the order of the page.
    pub const OF_COUNTS: [Self; 8] = [
        Self::WarehouseId,
        Self::ProductId,
        Self::Counted,
        Self::Unit,
        Self::CreateTime,
        Self::TimeOfDay,
        Self::CompanyId,
        Self::Description,
    ];

    /// The word of a URL; of an entry's field its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateTime => "create_time",
            Self::TimeOfDay => "time_of_day",
            Self::BillId => "bill_id",
            Self::LineNo => "line_no",
            Self::ProductId => "product_id",
            Self::WarehouseId => "warehouse_id",
            Self::CompanyId => "company_id",
            Self::Direction => "drcr",
            Self::Quantity => "quantity",
            Self::QuantityIn => "quantity_in",
            Self::QuantityOut => "quantity_out",
            Self::Unit => "unit",
            Self::Kind => "kind",
            Self::Description => "description",
            Self::Counted => "counted",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::OF_ENTRIES.into_iter().chain([Self::Counted]).find(|it| it.as_str() == word)
    }

    /// Does it hold a number of pieces?
    pub fn is_quantity(self) -> bool {
        matches!(self, Self::Quantity | Self::QuantityIn | Self::QuantityOut | Self::Counted)
    }
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A column, counted from 0.
    Column(usize),
    /// The same text in every line.
    Fixed(String),
}

/// Where the fields come from; what is not in it is left out. Without a direction the sign of the quantity tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping(pub BTreeMap<Field, Source>);

impl Mapping {
    /// Column of a field, counted from 0, where it comes from one.
    pub fn column(&self, field: Field) -> Option<usize> {
        match self.0.get(&field) {
            Some(Source::Column(place)) => Some(*place),
            _ => None,
        }
    }

    /// Field of a column, counted from 0.
    pub fn field_of(&self, place: usize) -> Option<Field> {
        self.0.iter().find_map(|(field, source)| (*source == Source::Column(place)).then_some(*field))
    }

    /// Fields that every entry needs and nothing gives. A column for in or one for out is a quantity too.
    pub fn missing(&self) -> Vec<Field> {
        let has_way = self.0.contains_key(&Field::QuantityIn) || self.0.contains_key(&Field::QuantityOut);
        let needed =
            [Field::CreateTime, Field::BillId, Field::ProductId, Field::WarehouseId, Field::CompanyId, Field::Quantity];
        needed.into_iter().filter(|it| !(self.0.contains_key(it) || *it == Field::Quantity && has_way)).collect()
    }

    /// Fields that every line of a count needs and nothing gives.
    pub fn missing_of_a_count(&self) -> Vec<Field> {
        let needed = [Field::WarehouseId, Field::ProductId, Field::Counted, Field::CompanyId];
        needed.into_iter().filter(|it| !self.0.contains_key(it)).collect()
    }
}
