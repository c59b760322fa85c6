//! Progress on a terminal; nothing in a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar of `length` steps on standard error, invisible unless that is a terminal.
pub(crate) fn bar(length: u64, message: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} [{bar:32}] {percent:>3}%").expect("the template is well formed");
    bar.set_style(style.progress_chars("=> "));
    bar.set_message(message);
    bar
}

/// Names the step that a compilation is at, on standard error, if that is a terminal.
pub(crate) struct Steps(ProgressBar);

impl Steps {
    pub(crate) fn new() -> Steps {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("the template is well formed");
        bar.set_style(style);
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        Steps(bar)
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl kiln_driver::Progress for Steps {
    fn begin(&self, step: &str) {
        self.0.set_message(step.to_owned());
    }
}
