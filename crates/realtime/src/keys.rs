//! Redis keys: the only place that makes one. `PREFIX:{0}:...`; `{0}` is the group, one today.

use model::ids::{ProductId, WarehouseId};
use model::stock::StockKey;

/// The keys of one prefix.
#[derive(Debug, Clone)]
pub struct Keys {
    group: String,
}

impl Keys {
    /// The keys that start with a prefix.
    pub fn new(prefix: &str) -> Self {
        Self { group: format!("{prefix}:{{0}}:") }
    }

    /// What every key of ours starts with.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The mark, the run and the positions.
    pub fn meta(&self) -> String {
        format!("{}meta", self.group)
    }

    /// The sorted index of members.
    pub fn index(&self) -> String {
        format!("{}keys", self.group)
    }

    /// The channel of the live feed.
    pub fn feed(&self) -> String {
        format!("{}feed", self.group)
    }

    /// What damaged hashes are renamed to starts with this.
    pub fn quarantine(&self) -> String {
        format!("{}damaged:", self.group)
    }

    /// The hash of a member.
    pub fn stock(&self, member: &str) -> String {
        format!("{}stock:{member}", self.group)
    }
}

/// `<warehouse>:<product>`, each percent-encoded, so that no id can forge a key or a hash tag.
pub fn member(key: &StockKey) -> String {
    let mut text = encode(key.warehouse_id.as_str());
    text.push(':');
    text.push_str(&encode(key.product_id.as_str()));
    text
}

/// The key that a member stands for; `None` where somebody else wrote it, be it another spelling of a key: there is one hash for each.
pub fn parse_member(spelled: &str) -> Option<StockKey> {
    let (warehouse, product) = spelled.split_once(':')?;
    let key = StockKey {
        warehouse_id: WarehouseId::try_from(decode(warehouse)?).ok()?,
        product_id: ProductId::try_from(decode(product)?).ok()?,
    };
    (member(&key) == spelled).then_some(key)
}

fn encode(id: &str) -> String {
    use std::fmt::Write as _;
    id.bytes().fold(String::with_capacity(id.len()), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _infallible = write!(text, "%{byte:02X}");
        }
        text
    })
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(warehouse: &str, product: &str) -> Option<StockKey> {
        Some(StockKey { warehouse_id: warehouse.try_into().ok()?, product_id: product.try_into().ok()? })
    }

    #[test]
    fn a_member_is_what_the_contract_says() {
        assert_eq!(key("United Kingdom", "85132B").map(|it| member(&it)).as_deref(), Some("United%20Kingdom:85132B"));
        for spelled in ["United Kingdom:85132B", "caf%c3%a9:x", "%41:x", "a", "", ":", "%:x"] {
            assert_eq!(parse_member(spelled), None, "{spelled}");
        }
        assert_eq!(key("{1}", "a:b").map(|it| member(&it)).as_deref(), Some("%7B1%7D:a%3Ab"));
    }

    proptest! {
        #[test]
        fn members_read_back(warehouse in ".{1,20}", product in ".{1,20}") {
            if let Some(key) = key(&warehouse, &product) {
                prop_assert_eq!(parse_member(&member(&key)), Some(key));
            }
        }
    }
}
