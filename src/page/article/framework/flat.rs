//! Flat lists: values that point to one another by their places, made a tree again.
//!
//! Newer frameworks write every value of their state once, in one list (`devalue`). A tree made of
//! it repeats what is pointed to twice, so all that is made of state, here and of literals, is paid
//! for from one [`Budget`].

use serde_json::Value;

/// Deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 64;
/// Most bytes of strings that are made.
const MAX_BYTES: usize = 16 << 20;
/// Most values that are made, copies of named ones counted again.
const MAX_VALUES: usize = 400_000;
/// What may still be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    values: usize,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { values: MAX_VALUES, bytes: MAX_BYTES }
    }
}

impl Budget {
    /// Takes a value, those below it left out.
    pub(super) fn take(&mut self, value: &Value) -> Option<()> {
        let bytes = if let Value::String(text) = value { text.len() } else { 0 };
        self.values = self.values.checked_sub(1)?;
        self.bytes = self.bytes.checked_sub(bytes)?;
        Some(())
    }

    /// A copy of a value, paid for before it is made; `None` where it would nest too deep.
    pub(super) fn copy(&mut self, value: &Value, depth: usize) -> Option<Value> {
        self.take(value)?;
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match value {
            Value::Array(items) => Value::Array(
                items.iter().map(|item| self.copy(item, depth + 1)).collect::<Option<_>>()?,
            ),
            Value::Object(fields) => {
                let copied = |(name, field): (&String, &Value)| {
                    Some((name.clone(), self.copy(field, depth + 1)?))
                };
                Value::Object(fields.iter().map(copied).collect::<Option<_>>()?)
            }
            plain => plain.clone(),
        })
    }
}

/// A flat list of values that point to one another by their places (`devalue`), made a tree again;
/// `None` where it is no such list.
pub(super) fn revived(flat: &[Value]) -> Option<Value> {
    let points = |value: &Value| value.as_i64().is_some();
    let is_flat = match flat.first()? {
        Value::Array(items) => {
            let tagged = items.first().is_some_and(Value::is_string);
            !items.is_empty() && items.iter().skip(usize::from(tagged)).all(points)
        }
        Value::Object(fields) => !fields.is_empty() && fields.values().all(points),
        _ => false,
    };
    if !is_flat || flat.len() < 2 {
        return None;
    }
    Some(revive(flat, 0, 0, &mut Budget::default()).unwrap_or(Value::Null))
}

/// The value at a place; what nests too deep, points nowhere or costs too much is null.
fn revive(flat: &[Value], place: i64, depth: usize, left: &mut Budget) -> Option<Value> {
    let value = flat.get(usize::try_from(place).ok()?)?;
    left.take(value)?;
    if depth > MAX_DEPTH {
        return None;
    }
    let mut at = |pointer: &Value| {
        let place = pointer.as_i64();
        place.and_then(|place| revive(flat, place, depth + 1, left)).unwrap_or(Value::Null)
    };
    Some(match value {
        Value::Array(items) => match items.split_first() {
            // `["Date", "2026-…"]` holds a value, `["Ref", 3]` and its like point to one.
            Some((Value::String(tag), [told, ..])) => {
                if tag == "Date" {
                    told.clone()
                } else {
                    at(told)
                }
            }
            _ => Value::Array(items.iter().map(at).collect()),
        },
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), at(field))).collect())
        }
        plain => plain.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn flat_lists_become_trees() {
        let flat = json!([["Reactive", 1], {"data": 2, "none": -1}, [3, 3, 5], {"t": 4}, "x", ["Date", "2026-03-14"]]);
        let want = json!({"data": [{"t": "x"}, {"t": "x"}, "2026-03-14"], "none": null});
        assert_eq!(revived(flat.as_array().unwrap()), Some(want));
        assert_eq!(revived(json!([[1, 1], [0, 0]]).as_array().unwrap()).map(|_| ()), Some(()));
        assert_eq!(revived(json!([{"a": "x"}, 1]).as_array().unwrap()), None);
    }

    proptest! {
        #[test]
        fn any_flat_list_is_revived(places in prop::collection::vec(prop::collection::vec(-2_i64..12, 0..6), 1..12)) {
            let flat: Vec<Value> = places.iter().map(|place| json!(place)).collect();
            let _ = revived(&flat);
        }
    }
}
