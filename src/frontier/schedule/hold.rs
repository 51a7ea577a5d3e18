//! Leaving hosts alone by an operator's word, while the crawl runs.
//!
//! A host that is held is parked with everything queued on it, as a server that stays silent is;
//! what is queued stays queued. Let go, it stands in line again. In memory only.

use super::Schedule;
use crate::address::Server;
use crate::moment::Moment;

/// Whether a server is `host`, or below it: `www.example.org` is under `example.org`.
pub fn is_under(server: &Server, host: &str) -> bool {
    let before = server.as_str().strip_suffix(host);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

impl Schedule {
    /// Leaves the servers under a host alone for the rest of the run, or no longer. Says how many
    /// URLs are queued there.
    pub fn hold(&mut self, host: &str, held: bool, now: Moment) -> u64 {
        let under = |server: &&Server| is_under(server, host);
        let ids: Vec<u64> =
            self.servers.iter().filter(|(server, _)| under(server)).map(|(_, id)| *id).collect();
        if !held {
            self.parked.retain(|server| !is_under(server, host));
        }
        ids.into_iter().map(|id| self.hold_line(id, held, now)).sum()
    }

    fn hold_line(&mut self, id: u64, held: bool, now: Moment) -> u64 {
        let Some(line) = self.lines.get_mut(&id) else { return 0 };
        let queued = line.queued();
        if held {
            self.parked.insert(line.server.clone());
        }
        if line.parked != held {
            line.parked = held;
            line.stamp = 0;
            self.queued_parked = if held {
                self.queued_parked + queued
            } else {
                self.queued_parked.saturating_sub(queued)
            };
        }
        // Nothing that was left alone goes before what has been waiting.
        let site = line.site;
        if let Some(plan) = self.plans.get_mut(&site) {
            plan.facts.not_before = plan.facts.not_before.max(now);
        }
        self.settle(id);
        queued
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Next, Place, SiteFacts, Tail, Turn};
    use super::*;
    use crate::address::Site;

    struct Nothing;

    impl Tail for Nothing {
        type Error = ();

        fn places(&self, _: &Site, _: &Server, _: &[Place], _: usize) -> Result<Vec<Place>, ()> {
            Err(())
        }
    }

    fn servers(names: &[&str]) -> Vec<Server> {
        names.iter().map(|name| Server::from((*name).to_owned())).collect()
    }

    #[test]
    fn a_host_has_those_below_it_and_no_others() {
        let names =
            servers(&["example.org", "www.example.org", "badexample.org", "example.org:81", "org"]);
        let under: Vec<bool> = names.iter().map(|name| is_under(name, "example.org")).collect();
        assert_eq!(under, [true, true, false, false, false]);
    }

    #[test]
    fn what_is_held_stays_queued_and_comes_back() {
        let now = Moment::from_millis(9);
        let site = Site::from("a.example".to_owned());
        let both = servers(&["de.a.example", "en.a.example"]);
        let mut schedule = Schedule::new(2, 1);
        for server in &both {
            schedule.admit(&site, SiteFacts::default());
            schedule.admit_server(&site, server, Moment::default());
            for seq in 0..3 {
                schedule.push(server, Place { order: 1, seq }, now);
            }
        }
        // One is out while its host is held: it goes back behind the bar.
        let Ok(Next::Grant(out)) = schedule.next(now, &Nothing) else { panic!() };
        assert_eq!(schedule.hold(out.server.as_str(), true, now), 2);
        schedule.release(out.token, Turn::default()).unwrap();
        let other: Vec<_> = std::iter::from_fn(|| match schedule.next(now, &Nothing) {
            Ok(Next::Grant(grant)) => {
                schedule.finish(grant.token, Turn::default(), 1);
                Some(grant.server)
            }
            _ => None,
        })
        .collect();
        assert_eq!(other.len(), 3);
        assert!(!other.contains(&out.server));
        assert_eq!(schedule.next(now, &Nothing), Ok(Next::Finished));
        assert_eq!((schedule.queued(), schedule.parked_servers().len()), (3, 1));
        assert_eq!(schedule.hold("a.example", false, now), 3);
        let Ok(Next::Grant(back)) = schedule.next(now, &Nothing) else { panic!() };
        assert_eq!((back.server, schedule.is_parked(&out.server)), (out.server, false));
        // A server that is met later is not held by the schedule: who asks for it decides.
        assert_eq!(schedule.hold("b.example", true, now), 0);
    }
}
