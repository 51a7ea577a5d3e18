//! URLs, wherever they come from: `Location`, links, `hreflang` beside them.

use proptest::prelude::*;
use url::Url;
use warraq::address::{Address, HostKey, MAX_URL_BYTES, Site, fetchable, without_userinfo};
use warraq::capture::guard::Guard;
use warraq::lang::Lang;
use warraq::surt;

use super::config;
use super::input::text_like;

fn base() -> Url {
    Url::parse("https://news.example/ar/story?id=1").unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_location_is_fetchable_or_refused(text in text_like("location")) {
        let Ok(url) = fetchable(&text, Some(&base())) else { return Ok(()) };
        prop_assert!(matches!(url.scheme(), "http" | "https"));
        prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
        prop_assert!(url.host_str().is_some_and(|host| !host.is_empty()));
        prop_assert!(url.as_str().len() <= MAX_URL_BYTES);
        // It goes into a request line and a WARC header as it is.
        prop_assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{}", url);
        let again = fetchable(url.as_str(), None).unwrap();
        prop_assert_eq!(&again, &url);
        let _ = Guard::new(false).check_url(&url);
    }

    #[test]
    fn no_name_and_no_password_is_told(text in text_like("location"), user in "[a-z@:]{0,5}") {
        let told = without_userinfo(&text);
        prop_assert_eq!(without_userinfo(&told), told.as_ref());
        let marked = format!("ftp://{user}canary-7431:{user}@a.example/{text}");
        prop_assert!(!without_userinfo(&marked).contains("canary-7431"), "{}", marked);
        // Where there is none, and nothing a browser would read past, nothing changes.
        if let (Ok(url), Ok(same)) = (fetchable(&text, None), fetchable(&told, None)) {
            prop_assert_eq!(url, same);
        }
    }

    #[test]
    fn the_key_of_a_url_is_its_own_key(text in text_like("location")) {
        let Ok(url) = fetchable(&text, Some(&base())) else { return Ok(()) };
        let address = Address::of(&url);
        prop_assert_eq!(&Address::parse(address.as_str()).unwrap(), &address);
        prop_assert_eq!(surt::key(url.as_str()), surt::key(fetchable(url.as_str(), None).unwrap().as_str()));
    }

    #[test]
    fn spellings_that_mean_one_page_have_one_key(text in text_like("location"), noise in "(utm_source|fbclid|gclid)=[a-z0-9]{0,6}") {
        let Ok(url) = fetchable(&text, Some(&base())) else { return Ok(()) };
        let address = Address::of(&url);
        let mut other = url.clone();
        other.set_fragment(Some("part"));
        other.set_username("somebody").unwrap();
        other.set_password(Some("canary-7431")).unwrap();
        prop_assert_eq!(&Address::of(&other), &address);
        let query = other.query().filter(|query| !query.is_empty());
        let query = query.map_or_else(|| noise.clone(), |query| format!("{query}&{noise}"));
        other.set_query(Some(&query));
        prop_assert_eq!(&Address::of(&other), &address);
        prop_assert!(!address.as_str().contains("canary-7431"));
        let loud = url.as_str().replacen(url.host_str().unwrap(), &url.host_str().unwrap().to_ascii_uppercase(), 1);
        let loud = fetchable(&loud, None).unwrap();
        prop_assert_eq!(&Address::of(&loud), &address);
        prop_assert_eq!((HostKey::of(&loud), Site::of(&loud)), (HostKey::of(&url), Site::of(&url)));
    }

    #[test]
    fn a_language_tag_is_its_own_canonical_form(text in text_like("hreflang")) {
        let Some(lang) = Lang::parse(&text) else { return Ok(()) };
        prop_assert!(lang.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        let again = Lang::parse(lang.as_str());
        prop_assert_eq!(again.as_ref(), Some(&lang));
        prop_assert!(lang.same(&lang) && lang.agrees(&lang));
        prop_assert_eq!(Lang::parse(&text.to_ascii_uppercase()), Lang::parse(&text.to_ascii_lowercase()));
    }

    #[test]
    fn languages_are_the_same_both_ways(one in text_like("hreflang"), two in text_like("hreflang")) {
        let (Some(one), Some(two)) = (Lang::parse(&one), Lang::parse(&two)) else { return Ok(()) };
        prop_assert_eq!(one.same(&two), two.same(&one));
    }
}
