//! Requests to a running crawl: what was written is read back, and nothing else does anything.

use proptest::prelude::*;
use serde_json::{Value, json};
use warraq::crawl::control::request::{MAX_REQUEST, Request, RequestError, line, read};

use super::config;

fn requests() -> impl Strategy<Value = Request> {
    let host = "\\PC{0,40}";
    prop_oneof![
        Just(Request::Status),
        Just(Request::Pause),
        Just(Request::Resume),
        any::<bool>().prop_map(|now| Request::Stop { now }),
        (host, any::<u64>()).prop_map(|(host, millis)| Request::Delay { host, millis }),
        host.prop_map(|host| Request::Block { host }),
        host.prop_map(|host| Request::Unblock { host }),
    ]
}

/// A request as its fields.
fn fields(request: &Request) -> Value {
    serde_json::from_str(&line(request).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_request_is_one_line_and_reads_back(request in requests()) {
        let line = line(&request).unwrap();
        let text = line.strip_suffix('\n').unwrap();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(read(text.as_bytes()).unwrap(), request);
    }

    #[test]
    fn any_bytes_are_refused_or_a_request(
        request in requests(),
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut line = line(&request).unwrap().into_bytes();
        let at = at.index(line.len());
        line.splice(at..(at + bytes.len()).min(line.len()), bytes);
        // What is read anew is the same: nothing was taken for something else.
        if let Ok(read_back) = read(&line) {
            let again = fields(&read_back).to_string();
            prop_assert_eq!(read(again.as_bytes()).unwrap(), read_back);
        }
    }

    #[test]
    fn what_is_not_known_is_refused(request in requests(), name in "[a-z]{1,9}", version in any::<u32>()) {
        let mut more = fields(&request);
        let known = more.get(&name).is_some();
        if !known {
            more[&name] = json!(1);
            prop_assert!(matches!(read(more.to_string().as_bytes()), Err(RequestError::Unknown(_))));
        }
        let mut other = fields(&request);
        other["version"] = json!(version);
        prop_assert_eq!(read(other.to_string().as_bytes()).is_ok(), version == 1);
        other.as_object_mut().unwrap().remove("version");
        prop_assert!(matches!(read(other.to_string().as_bytes()), Err(RequestError::Version(_))));
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_refused(more in 1..MAX_REQUEST) {
        let long = vec![b' '; MAX_REQUEST + more];
        prop_assert!(matches!(read(&long), Err(RequestError::TooLong)));
        prop_assert!(matches!(read(&vec![b'['; more]), Err(RequestError::Unknown(_))));
    }
}
