//! The flags of metrics, and the tasks behind them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Stopped, show};
use crate::crawl::summary;
use crate::disk::Disk;
use crate::metrics::file::{EVERY, Textfile};
use crate::metrics::{Metrics, endpoint};
use crate::moment::Clock;

#[derive(Debug, Args)]
#[command(next_help_heading = "Metrics")]
pub(super) struct MetricsFlags {
    /// Serve metrics for Prometheus, at /metrics of this address, while it runs.
    #[arg(long, value_name = "ADDR:PORT", value_parser = address)]
    metrics: Option<SocketAddr>,
    /// Allow --metrics on an address that others can reach; the page names the hosts that are crawled.
    #[arg(long)]
    metrics_public: bool,
    /// Write the same into this file, NAME.prom, each 15 s and at the end, for the textfile collector
    /// of a node exporter.
    #[arg(long, value_name = "FILE", value_parser = textfile)]
    metrics_file: Option<PathBuf>,
}

/// What serves and writes metrics while the command works.
pub(super) struct Exporter {
    metrics: Metrics,
    file: Option<Textfile>,
    tasks: JoinSet<()>,
}

impl Exporter {
    /// One that neither serves nor writes.
    pub(super) fn idle() -> Self {
        Self { metrics: Metrics::new(Clock::system()), file: None, tasks: JoinSet::new() }
    }

    /// Begins to serve and to write, as the flags say; `jobs` are names and folders. What cannot be is
    /// told before anything is fetched.
    pub(super) async fn start(
        flags: &MetricsFlags,
        jobs: &[(String, PathBuf)],
    ) -> Result<Self, Stopped> {
        let mut exporter = Self::idle();
        let metrics = &exporter.metrics;
        for (job, dir) in jobs {
            metrics.known(job, summary::kept(dir).as_ref());
        }
        if let Some(at) = flags.metrics {
            let listener = listen(at, flags.metrics_public).await?;
            exporter.tasks.spawn(endpoint::serve(listener, metrics.clone()));
        }
        if let Some(path) = &flags.metrics_file {
            let file = open(path, metrics, jobs)?;
            exporter.tasks.spawn(keep_writing(file.clone(), metrics.clone()));
            exporter.file = Some(file);
        }
        Ok(exporter)
    }

    pub(super) const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Writes the file once more, unless nothing was begun.
    pub(super) async fn end(mut self) {
        self.tasks.shutdown().await;
        if let Some(file) = self.file.filter(|_| self.metrics.is_begun()) {
            write(&file).await;
        }
    }
}

async fn listen(at: SocketAddr, public: bool) -> Result<TcpListener, Stopped> {
    if !at.ip().is_loopback() && !public {
        let why = format!(
            "--metrics: {at} can be reached by others; add --metrics-public, or listen \
                           on 127.0.0.1"
        );
        return Err(Stopped::usage(why));
    }
    let failed =
        |why| Stopped::usage(format!("--metrics: cannot listen on {at}: {why}; give a free port"));
    let listener = TcpListener::bind(at).await.map_err(failed)?;
    // The port may have been the system's choice.
    let at = listener.local_addr().unwrap_or(at);
    show::complain(&format!("metrics at http://{at}/metrics"));
    Ok(listener)
}

fn open(path: &Path, metrics: &Metrics, jobs: &[(String, PathBuf)]) -> Result<Textfile, Stopped> {
    let names: Vec<String> = jobs.iter().map(|(job, _)| job.clone()).collect();
    Textfile::open(path, Disk::real(), metrics.clone(), &names).map_err(|why| {
        let path = path.display();
        Stopped::usage(format!(
            "--metrics-file: cannot use {path}: {why}; give a file you may write, in a folder that is there"
        ))
    })
}

async fn keep_writing(file: Textfile, metrics: Metrics) {
    loop {
        tokio::time::sleep(EVERY).await;
        if metrics.is_begun() {
            metrics.refresh().await;
            write(&file).await;
        }
    }
}

/// A file that cannot be written costs its readers something, never the crawl.
async fn write(file: &Textfile) {
    let (path, file) = (file.path().to_owned(), file.clone());
    let written = tokio::task::spawn_blocking(move || file.write()).await;
    if let Ok(Err(why)) = written {
        show::complain(&format!("the metrics could not be written to {}: {why}", path.display()));
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong =
        || format!("{text:?} is no address to listen on; write it as 127.0.0.1:9108 or [::1]:9108");
    text.trim().parse().map_err(|_| wrong())
}

fn textfile(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let fits = path.extension().is_some_and(|end| end == "prom");
    let wrong =
        || format!("{text:?} would be passed over: collectors read files whose names end in .prom");
    fits.then_some(path).ok_or_else(wrong)
}
