//! Quantities and sums. A sum is exact in MySQL, Lua, JSON and browsers: within +-(2^53 - 1).

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// The largest magnitude of any sum (docs/consistency.md#one-batch-of-one-partition).
pub const MAX_SUM: i64 = (1 << 53) - 1;

/// The largest [`Quantity`].
pub const MAX_QUANTITY: i64 = 2_147_483_647;

/// How many pieces one line moves: 1 ..= 2 147 483 647.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Quantity(i32);

/// A number that is no [`Quantity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not between 1 and 2147483647")]
pub struct QuantityError;

impl Quantity {
    /// The quantity as a number.
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }
}

impl TryFrom<i64> for Quantity {
    type Error = QuantityError;
    fn try_from(number: i64) -> Result<Self, QuantityError> {
        match i32::try_from(number) {
            Ok(it) if it >= 1 => Ok(Self(it)),
            _ => Err(QuantityError),
        }
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> i64 {
        quantity.get()
    }
}

/// Which way goods went: `drcr` 1 or -1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub enum Direction {
    /// 入库, `drcr` = 1.
    In,
    /// 出库, `drcr` = -1.
    Out,
}

/// A number that is neither 1 nor -1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is neither 1 (in) nor -1 (out)")]
pub struct DirectionError;

impl Direction {
    /// 1 or -1.
    pub fn sign(self) -> i64 {
        match self {
            Self::In => 1,
            Self::Out => -1,
        }
    }
}

impl PartialSchema for Direction {
    fn schema() -> RefOr<Schema> {
        let number = SchemaType::Type(Type::Integer);
        ObjectBuilder::new().schema_type(number).enum_values(Some([1, -1])).into()
    }
}

impl ToSchema for Direction {}

impl TryFrom<i64> for Direction {
    type Error = DirectionError;
    fn try_from(drcr: i64) -> Result<Self, DirectionError> {
        match drcr {
            1 => Ok(Self::In),
            -1 => Ok(Self::Out),
            _ => Err(DirectionError),
        }
    }
}

impl From<Direction> for i64 {
    fn from(direction: Direction) -> i64 {
        direction.sign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_positive_and_fits_an_int_column() {
        assert_eq!(Quantity::try_from(1).map(Quantity::get), Ok(1));
        assert_eq!(Quantity::try_from(2_147_483_647).map(Quantity::get), Ok(2_147_483_647));
        for bad in [0, -1, 2_147_483_648, i64::MAX, i64::MIN] {
            assert_eq!(Quantity::try_from(bad), Err(QuantityError), "{bad}");
        }
    }

    #[test]
    fn a_direction_is_one_or_minus_one() {
        assert_eq!(Direction::try_from(1), Ok(Direction::In));
        assert_eq!(Direction::try_from(-1), Ok(Direction::Out));
        assert_eq!(Direction::try_from(0), Err(DirectionError));
    }
}
