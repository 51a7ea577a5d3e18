//! Literals: the values scripts assign, read without running anything.
//!
//! State is most often JSON. Where it is JavaScript it is still a literal: keys without quotes,
//! `!0`, `void 0`, `JSON.parse("…")`, or a function that is called at once with the values that
//! repeat, `(function(a,b){b.c=a;return {…}}(1,"x"))`, whose names are replaced by what stands for
//! them. Total, bounded in depth and in all values and bytes made ([`Budget`]).

use std::collections::HashMap;

use serde_json::{Map, Number, Value};

use super::flat::{Budget, MAX_DEPTH};

/// Most parameters of a function.
const MAX_NAMES: usize = 20_000;

/// What names stand for.
type Names<'s> = HashMap<&'s str, Value>;

/// The value a text begins with.
pub(super) fn value(text: &str) -> Option<Value> {
    Reader { text, at: 0, depth: 0, left: Budget::default() }.value(&Names::new())
}

/// A place in a script.
struct Reader<'s> {
    text: &'s str,
    at: usize,
    depth: usize,
    left: Budget,
}

impl<'s> Reader<'s> {
    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes over white space and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let bare = rest.trim_start();
            self.at += rest.len() - bare.len();
            let comment = [("/*", "*/"), ("//", "\n")].iter().find_map(|(open, close)| {
                bare.strip_prefix(open).map(|inner| {
                    inner.find(close).map_or(bare.len(), |end| open.len() + end + close.len())
                })
            });
            match comment {
                Some(length) => self.at += length,
                None => return,
            }
        }
    }

    /// Takes `sign` where it stands next.
    fn takes(&mut self, sign: &str) -> bool {
        self.space();
        let stands = self.rest().starts_with(sign);
        if stands {
            self.at += sign.len();
        }
        stands
    }

    fn peek(&mut self) -> Option<char> {
        self.space();
        self.rest().chars().next()
    }

    fn name(&mut self) -> Option<&'s str> {
        self.space();
        let rest = self.rest();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name = rest
            .get(..length)
            .filter(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()))?;
        self.at += length;
        Some(name)
    }

    fn value(&mut self, names: &Names<'s>) -> Option<Value> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = match self.peek()? {
            '{' => self.object(names),
            '[' => self.items("[", "]", names).map(Value::Array),
            '"' | '\'' | '`' => self.string().map(Value::String),
            '(' => self.bracket(names),
            '!' => {
                self.at += 1;
                self.value(names).map(|value| Value::Bool(is_falsy(&value)))
            }
            c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            _ => self.word(names),
        };
        self.depth -= 1;
        let value = value?;
        self.left.take(&value)?;
        Some(value)
    }

    fn object(&mut self, names: &Names<'s>) -> Option<Value> {
        let mut fields = Map::new();
        self.takes("{").then_some(())?;
        while !self.takes("}") {
            let (name, bare) = match self.peek()? {
                '"' | '\'' => (self.string()?, None),
                c if c.is_ascii_digit() => (self.number()?.to_string(), None),
                _ => self.name().map(|name| (name.to_owned(), Some(name)))?,
            };
            let value = match bare.filter(|_| matches!(self.peek(), Some(',' | '}'))) {
                Some(short) => self.left.copy(names.get(short)?, self.depth)?,
                None => self.takes(":").then_some(()).and_then(|()| self.value(names))?,
            };
            fields.insert(name, value);
            if !self.takes(",") && self.peek()? != '}' {
                return None;
            }
        }
        Some(Value::Object(fields))
    }

    /// Values between `open` and `close`; a missing one is null.
    fn items(&mut self, open: &str, close: &str, names: &Names<'s>) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        self.takes(open).then_some(())?;
        while !self.takes(close) {
            if self.takes(",") {
                items.push(Value::Null);
                self.left.take(&Value::Null)?;
                continue;
            }
            items.push(self.value(names)?);
            if !self.takes(",") {
                self.takes(close).then_some(())?;
                break;
            }
        }
        Some(items)
    }

    /// A string in quotes of any kind (ECMA-262 §12.9.4); a template with a place to fill is none.
    fn string(&mut self) -> Option<String> {
        let quote = self.rest().chars().next()?;
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.at += at + c.len_utf8();
                return Some(out);
            }
            if c == '$' && quote == '`' && chars.peek().is_some_and(|(_, next)| *next == '{') {
                return None;
            }
            if c != '\\' {
                out.push(c);
                continue;
            }
            let (at, escaped) = chars.next()?;
            let rest = self.rest().get(at..)?;
            let (length, unit) = match escaped {
                'n' => (1, Some('\n')),
                't' => (1, Some('\t')),
                'r' | '\n' => (1, None),
                'b' | 'f' | 'v' | '0' => (1, Some(' ')),
                'x' => (3, code(rest.get(1..3)?).and_then(char::from_u32)),
                'u' => unicode(rest)?,
                other => (other.len_utf8(), Some(other)),
            };
            out.extend(unit);
            while chars.next_if(|(next, _)| *next < at + length).is_some() {}
        }
        None
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['-', '+']));
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
        let length = rest.get(sign..)?.find(|c| !is_part(c)).map_or(rest.len(), |end| end + sign);
        let digits = rest.get(..length)?;
        self.at += length;
        let whole = digits.trim_start_matches('+').parse::<i64>().ok().map(Number::from);
        let float = || digits.parse::<f64>().ok().and_then(Number::from_f64);
        Some(whole.or_else(float).map_or(Value::Null, Value::Number))
    }

    /// A name: a constant, what stands for it, or a call, which is worth its first argument.
    fn word(&mut self, names: &Names<'s>) -> Option<Value> {
        let name = self.name()?;
        match name {
            "true" => return Some(Value::Bool(true)),
            "false" => return Some(Value::Bool(false)),
            "null" | "undefined" | "NaN" | "Infinity" => return Some(Value::Null),
            "void" => return self.value(names).map(|_| Value::Null),
            "new" => return self.value(names),
            _ => {}
        }
        let mut last = name;
        while self.takes(".") {
            last = self.name()?;
        }
        if self.peek() != Some('(') {
            let known = names.get(name).filter(|_| last == name);
            return known.map_or(Some(Value::Null), |known| self.left.copy(known, self.depth));
        }
        let first = self.items("(", ")", names)?.into_iter().next().unwrap_or(Value::Null);
        match (last, first) {
            ("parse", Value::String(json)) => {
                let parsed = serde_json::from_str(&json).ok()?;
                self.left.copy(&parsed, self.depth)
            }
            ("Array", _) => Some(Value::Array(Vec::new())),
            ("create" | "Map" | "Set", Value::Null) => Some(Value::Object(Map::new())),
            (_, first) => Some(first),
        }
    }

    /// What stands in brackets: a value, or a function that is called at once.
    fn bracket(&mut self, names: &Names<'s>) -> Option<Value> {
        self.takes("(").then_some(())?;
        let begins = self.at;
        if let Some(value) = self.called() {
            return Some(value);
        }
        self.at = begins;
        let value = self.value(names)?;
        self.takes(")").then_some(value)
    }

    /// A function and its call, the bracket before it taken: `function(a,b){…}(1,2))`,
    /// `(a,b)=>{…})(1,2)`.
    fn called(&mut self) -> Option<Value> {
        let is_function = self.rest().trim_start().starts_with("function");
        if is_function {
            self.name()?;
        }
        let params = self.params()?;
        if !is_function {
            self.takes("=>").then_some(())?;
        }
        let body = self.block()?;
        let closed = self.takes(")");
        let given = self.items("(", ")", &Names::new())?;
        if !closed {
            self.takes(")");
        }
        let mut names: Names<'s> = params.into_iter().zip(given).collect();
        let mut inside = Reader { text: body, at: 0, depth: self.depth, left: self.left };
        let value = inside.returned(&mut names);
        self.left = inside.left;
        value
    }

    fn params(&mut self) -> Option<Vec<&'s str>> {
        let mut params = Vec::new();
        self.takes("(").then_some(())?;
        while !self.takes(")") {
            params.push(self.name()?);
            self.takes(",");
            (params.len() <= MAX_NAMES).then_some(())?;
        }
        Some(params)
    }

    /// The inside of a block in braces, strings passed over whole.
    fn block(&mut self) -> Option<&'s str> {
        self.takes("{").then_some(())?;
        let (from, mut open) = (self.at, 1_usize);
        loop {
            let rest = self.rest();
            self.at += rest.find(['{', '}', '"', '\'', '`'])?;
            match self.rest().chars().next()? {
                '{' => open += 1,
                '}' => open -= 1,
                _ => {
                    self.string()?;
                    continue;
                }
            }
            self.at += 1;
            if open == 0 {
                return self.text.get(from..self.at - 1);
            }
        }
    }

    /// What a function returns, its assignments made first: `a.b="x";a.c[0]=d;return {…}`.
    fn returned(&mut self, names: &mut Names<'s>) -> Option<Value> {
        loop {
            let name = self.name()?;
            if name == "return" {
                return self.value(names);
            }
            let path = self.path()?;
            self.takes("=").then_some(())?;
            let value = self.value(names)?;
            if path.len() < MAX_DEPTH / 2
                && let Some(slot) = names.get_mut(name).and_then(|root| slot(root, &path))
            {
                *slot = value;
            }
            if !self.takes(";") {
                self.takes(",");
            }
        }
    }

    /// `.b["c"][0]` behind a name.
    fn path(&mut self) -> Option<Vec<String>> {
        let mut path = Vec::new();
        loop {
            if self.takes(".") {
                path.push(self.name()?.to_owned());
            } else if self.takes("[") {
                let step = match self.peek()? {
                    '"' | '\'' => self.string()?,
                    _ => self.number()?.to_string(),
                };
                path.push(step);
                self.takes("]").then_some(())?;
            } else {
                return Some(path);
            }
        }
    }
}

/// The place a path leads to, made where it is missing; lists do not grow by more than one.
fn slot<'v>(root: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    let mut at = root;
    for step in path {
        at = match at {
            Value::Array(items) => {
                let place: usize = step.parse().ok()?;
                if place == items.len() {
                    items.push(Value::Null);
                }
                items.get_mut(place)?
            }
            Value::Object(fields) => fields.entry(step.clone()).or_insert(Value::Null),
            _ => return None,
        };
    }
    Some(at)
}

fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is) => !is,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn code(digits: &str) -> Option<u32> {
    u32::from_str_radix(digits, 16).ok()
}

/// The character of `u0041`, `u{41}` or a pair of surrogates, with the length of what stands for it.
fn unicode(rest: &str) -> Option<(usize, Option<char>)> {
    if let Some(inner) = rest.strip_prefix("u{") {
        let digits = inner.split('}').next()?;
        return Some((digits.len() + 3, code(digits).and_then(char::from_u32)));
    }
    let high = code(rest.get(1..5)?)?;
    let low = || rest.get(5..11)?.strip_prefix("\\u").and_then(code);
    match (high, low()) {
        (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
            let whole = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            Some((11, char::from_u32(whole)))
        }
        _ => Some((5, char::from_u32(high))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn literals_are_read_as_they_are_meant() {
        for (script, want) in [
            (
                "{a:1,'b':\"x\",\"c\":[!0,!1,void 0,,null],}",
                json!({"a":1,"b":"x","c":[true,false,null,null,null]}),
            ),
            ("'a\\u002Fb\\x3cc\\'\\uD83D\\uDE00\\u{e9}\\n'", json!("a/b<c'😀é\n")),
            ("JSON.parse('{\"a\":\"\\\\u00e9\"}')", json!({"a":"é"})),
            (
                "{d:new Date(1773473400000),n:-1.5e3,s:Symbol(\"x\"),m:new Map([[1,2]])}",
                json!({"d":1_773_473_400_000_i64,"n":-1500.0,"s":"x","m":[[1,2]]}),
            ),
            ("/* a */ [ // b\n 1 , 2 ] ;", json!([1, 2])),
        ] {
            assert_eq!(value(script), Some(want), "{script}");
        }
    }

    #[test]
    fn functions_called_at_once_are_their_return_with_names_replaced() {
        for script in [
            "(function(a,b,c){return {t:a,by:{name:b},n:c,again:a,}}(\"x\\u002Fy\",'}',2));",
            "(function(a,b,c){return {t:a,by:{name:b},n:c,again:a}})(\"x/y\",\"}\",2)",
            "((a,b,c)=>{return {t:a,by:{name:b},n:c,again:a}})(\"x/y\",\"}\",2)",
            "(function(a,b,d){d.t=a;d.by={name:b};d[\"n\"]=2;d.again=a;return d}(\"x/y\",\"}\",{}))",
        ] {
            let want = json!({"t":"x/y","by":{"name":"}"},"n":2,"again":"x/y"});
            assert_eq!(value(script), Some(want), "{script}");
        }
    }

    #[test]
    fn what_doubles_itself_ends() {
        let doubling = format!("(function(a){{{}return a}}({{}}))", "a.x=[a,a];".repeat(60));
        assert_eq!(value(&doubling), None);
        let names: Vec<String> = (0..40).map(|at| format!("n{at}")).collect();
        let calls = format!("(function({}){{return 1}}(1))", names.join(","));
        assert_eq!(value(&calls), Some(json!(1)));
        assert_eq!(value(&"[".repeat(100_000)), None);
        assert_eq!(value(&"(function(){return ".repeat(10_000)), None);
    }

    proptest! {
        #[test]
        fn any_script_is_read(script in "([(){}\\[\\],:;=.!\"'`\\\\]|function|return|new |JSON.parse|=>|a|b|\\\\u00|-1|\\PC){0,60}") {
            let _ = value(&script);
        }

        #[test]
        fn json_is_read_as_json(text in "\\PC{0,20}", number in any::<i32>()) {
            let json = json!({"a": [text, number, null, true], "b": {"c": {}}});
            prop_assert_eq!(value(&json.to_string()), Some(json));
        }
    }
}
