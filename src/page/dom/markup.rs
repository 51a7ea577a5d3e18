//! The extent of markup: where what begins with `<` ends, and where raw text does.
//!
//! After the states of the HTML standard's tokenizer (§13.2.5), so that behind each end the
//! tokenizer is between two tokens again: only there may tokens be made without it. It also says
//! where the attributes past [`MAX_ATTRIBUTES`] of a tag begin. It looks at bytes, makes nothing.

/// Attributes kept of one tag.
pub(super) const MAX_ATTRIBUTES: usize = 256;

/// How far a piece of markup reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Its bytes.
    pub(super) length: usize,
    /// The bytes before the first attribute too many, where a tag has that many.
    pub(super) cut: Option<usize>,
}

/// The length of the text that a text begins with: a `<` before anything else is one of its
/// letters (§13.2.5.6).
pub(super) fn text(text: &str) -> usize {
    let bytes = text.as_bytes();
    let begins = |at: &usize| {
        let next = bytes.get(at + 1);
        next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'!' | b'/' | b'?'))
    };
    memchr::memchr_iter(b'<', bytes).find(begins).unwrap_or(bytes.len())
}

/// The extent of the markup that `text` begins with. `in_foreign` asks whether SVG or `MathML` is
/// open, where there are CDATA sections (§13.2.5.42).
pub(super) fn extent(text: &str, in_foreign: impl FnOnce() -> bool) -> Extent {
    let bytes = text.as_bytes();
    let to = |mark: &[u8]| {
        let found = memchr::memmem::find(bytes, mark);
        Extent { length: found.map_or(bytes.len(), |at| at + mark.len()), cut: None }
    };
    match bytes {
        [b'<', b'!', b'-', b'-', ..] => Extent { length: comment(bytes), cut: None },
        [b'<', b'!', rest @ ..] if rest.starts_with(b"[CDATA[") && in_foreign() => to(b"]]>"),
        [b'<', b'/', letter, ..] | [b'<', letter, ..] if letter.is_ascii_alphabetic() => tag(bytes),
        [b'<', b'!' | b'?' | b'/', ..] => to(b">"),
        _ => Extent { length: 0, cut: None },
    }
}

/// The length of a comment (§13.2.5.43 to 52): `-->` ends it, as early as in `<!-->`, and `--!>`.
fn comment(bytes: &[u8]) -> usize {
    let find = |from: usize, mark: &[u8]| {
        let at = memchr::memmem::find(bytes.get(from..)?, mark)?;
        Some(from + at + mark.len())
    };
    let plain = find(2, b"-->").unwrap_or(bytes.len());
    // Looked for only where it can stand: a page may have a comment for each word.
    let loud = memchr::memmem::find(bytes.get(4..plain).unwrap_or_default(), b"--!>");
    loud.map_or(plain, |at| 4 + at + 4)
}

/// Where in a tag we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
}

impl State {
    /// The state behind a byte that does not end the tag (§13.2.5.8 and 32 to 40).
    fn after(self, byte: u8) -> Self {
        let is_space = is_space(byte);
        match (self, byte) {
            (Self::Quoted(quote), _) if byte == quote => Self::BeforeName,
            (Self::BeforeValue, b'"' | b'\'') => Self::Quoted(byte),
            (Self::Name | Self::AfterName, b'=') => Self::BeforeValue,
            (Self::TagName | Self::Unquoted, _) if is_space => Self::BeforeName,
            (Self::Name, _) if is_space => Self::AfterName,
            (Self::TagName | Self::BeforeName | Self::Name | Self::AfterName, b'/') => {
                Self::BeforeName
            }
            (Self::BeforeName | Self::AfterName, _) if !is_space => Self::Name,
            (Self::BeforeValue, _) if !is_space => Self::Unquoted,
            _ => self,
        }
    }
}

fn tag(bytes: &[u8]) -> Extent {
    let (mut state, mut names, mut cut) = (State::TagName, 0, None);
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        // The slash of an end tag comes before its name.
        if at == 1 && *byte == b'/' {
            continue;
        }
        if *byte == b'>' && !matches!(state, State::Quoted(_)) {
            return Extent { length: at + 1, cut };
        }
        let next = state.after(*byte);
        if next == State::Name && state != State::Name {
            names += 1;
            if names > MAX_ATTRIBUTES {
                cut = cut.or(Some(at));
            }
        }
        state = next;
    }
    Extent { length: bytes.len(), cut }
}

/// White space of tags, carriage returns being gone.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b' ')
}

/// The length of raw text: up to what may be the end tag of its element.
pub(super) fn raw_text(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |at: &usize| {
        let after = bytes.get(at + 2..).unwrap_or_default();
        let (close, behind) = after.split_at_checked(name.len()).unwrap_or_default();
        close.eq_ignore_ascii_case(name.as_bytes())
            && behind.first().is_some_and(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'))
    };
    memchr::memmem::find_iter(bytes, b"</").find(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use html5ever::tokenizer::{
        BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
    };
    use proptest::prelude::*;

    use super::*;

    /// Counts what is neither text nor a complaint.
    #[derive(Default)]
    struct Counter(Cell<usize>);

    impl TokenSink for Counter {
        type Handle = ();

        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            if matches!(token, Token::TagToken(_) | Token::CommentToken(_) | Token::DoctypeToken(_))
            {
                self.0.set(self.0.get() + 1);
            }
            TokenSinkResult::Continue
        }
    }

    /// Where the tokenizer ends the markup that a text begins with.
    fn tokenized(text: &str) -> Option<usize> {
        let tokenizer = Tokenizer::new(Counter::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        text.char_indices().find_map(|(at, c)| {
            input.push_back(c.to_string().as_str().into());
            let _ = tokenizer.feed(&input);
            (tokenizer.sink.0.get() > 0).then_some(at + c.len_utf8())
        })
    }

    #[test]
    fn raw_text_ends_at_its_end_tag() {
        for (text, length) in [
            ("a<b</script>x", 3),
            ("a</scriptx></SCRIPT\n>", 11),
            ("</script/>", 0),
            ("a</script", 9),
            ("a</style>", 9),
        ] {
            assert_eq!(raw_text(text, "script"), length, "{text}");
        }
    }

    proptest! {
        #[test]
        fn markup_ends_where_the_tokenizer_ends_it(
            text in "<(/?[pA]|!|\\?|!--|!-|!doctype|!\\[CDATA\\[|/)([ \n/=\"'>x&;!-]|\"public\"|--!>|-->|\\]\\]>){0,16}>?"
        ) {
            let is_void = text.starts_with("</>");
            let ours = Some(extent(&text, || false).length).filter(|end| {
                text.get(..*end).is_some_and(|markup| markup.ends_with('>'))
            });
            if let Some(theirs) = tokenized(&text).filter(|_| !is_void) {
                prop_assert_eq!(ours, Some(theirs), "{}", text);
            }
        }
    }
}
