// SPDX-License-Identifier: Apache-2.0
#include "daemon.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <utility>

#include "api/listen_tls.hpp"
#include "api/net_objects.hpp"
#include "plugin/usefulness.hpp"

namespace junctor {
namespace {

uint32_t workers_of(const config::KernelConfig& kernel) {
  if (kernel.workers > 0) return static_cast<uint32_t>(kernel.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

plugin::Surroundings surroundings(api::Kernel& kernel, Loader& loader) {
  plugin::Surroundings around;
  around.control = &kernel.loops.control();
  around.log = &kernel.log;
  around.services = &kernel.services;
  around.module = [&loader](const std::string& plugin, std::string* why) { return loader.module(plugin, why); };
  around.prepare_sockets = [&kernel](const config::Instance& values, std::string* why) {
    return api::prepare_sockets(kernel, values, why);
  };
  around.retire_sockets = [&kernel] { kernel.sockets.retire(); };
  around.forget_commands = [&kernel](const std::string& key) { kernel.commands.remove(key); };
  return around;
}

constexpr const char* kReloadRefused = "reload_refused";
constexpr const char* kPluginChanged = "plugin_changed";

/// Read from a descriptor. The last three mean nothing here, and must not end a server that somebody mistakes for
/// another.
sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Daemon::Daemon(Invocation invocation, std::shared_ptr<const config::Snapshot> first, ops::Log& log)
    : invocation_{std::move(invocation)},
      log_{log},
      kernel_{workers_of(first->kernel), static_cast<uint32_t>(first->kernel.offload_threads),
              static_cast<size_t>(first->kernel.offload_queue), log},
      loader_{invocation_, &kernel_},
      manager_{surroundings(kernel_, loader_)},
      vitals_{kernel_, manager_},
      supervisor_{kernel_},
      watch_{loop::Timer::of<&Daemon::on_watch>(this)},
      day_{loop::Timer::of<&Daemon::on_day>(this)},
      trim_{kernel_},
      shed_{kernel_, log_},
      host_{kernel_, log_},
      born_{kernel_.loops.control().clock().now()} {}

Daemon::~Daemon() {
  if (signals_.fd >= 0) {
    kernel_.loops.control().unwatch(signals_.fd, &signals_);
    ::close(signals_.fd);
  }
}

void Daemon::block_signals() {
  const sigset_t set = our_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its bound (LimitFSIZE) is an error of that write
}

int Daemon::run() {
  const sigset_t signals = our_signals();
  signals_.fd = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  loop::EventLoop& control = kernel_.loops.control();
  control.adopt();
  control.watch(signals_.fd, EPOLLIN, &signals_);
  kernel_.loops.start();
  const int started = start();
  if (started == kExitClean) {
    on_watch();
    on_day();
    shed_.begin();
    host_.begin();
    vitals_.begin();
    supervisor_.begin();
    control.run();
  }
  watch_.cancel();
  day_.cancel();
  trim_.end();
  shed_.end();
  host_.end();
  vitals_.end();
  supervisor_.end();
  control_.reset();
  manager_.stop();
  if (manager_.has_late()) end_at_once();
  kernel_.pool.stop();
  kernel_.loops.stop();
  if (started == kExitClean) log_.write(ops::Level::kInfo, "server.stopped", {});
  return started;
}

/// A thread is inside a plugin and does not come back: nothing that it may use can be taken down in order.
void Daemon::end_at_once() {
  for (const plugin::Status& entry : manager_.status()) {
    log_.write(ops::Level::kError, "server.ended_at_once", {{"instance", entry.name}, {"reason", entry.reason}});
  }
  log_.flush();
  std::_Exit(kExitFault);
}

/// An ExitCode: kExitClean when everything runs.
int Daemon::start() {
  const config::Checked checked = loader_.load();
  if (!checked.snapshot) {  // it changed since it was checked
    log_.write(ops::Level::kError, "server.start_failed", {{"reason", checked.faults.front().print()}});
    return checked.understood ? kExitPlugin : kExitConfig;
  }
  const config::KernelConfig& settings = checked.snapshot->kernel;
  apply_kernel(settings);
  supervisor_.adopt_sockets();
  std::string why;
  if (!manager_.start(checked.snapshot, &why)) {
    log_.write(ops::Level::kError, "server.start_failed", {{"reason", why}});
    return kExitPlugin;
  }
  kernel_.sockets.retire();  // inherited, and not configured any more
  add_commands();
  try {
    const std::string path = config::under_data_dir(settings, settings.control_socket);
    control_ = std::make_unique<ops::ControlSocket>(kernel_.loops.control(), log_, kernel_.commands, path);
  } catch (const std::runtime_error& e) {
    log_.write(ops::Level::kError, "server.start_failed", {{"reason", e.what()}});
    return kExitFault;
  }
  std::string addresses;
  for (const api::Listening& listening : api::listening(kernel_)) {
    addresses += (addresses.empty() ? "" : " ") + listening.protocol + ":" + listening.address;
  }
  if (::geteuid() == 0) {
    log_.write(ops::Level::kWarning, "server.runs_as_root",
               {{"hint", "set [kernel] user to an unprivileged one, or start it as one"}});
  }
  raise_doubts();
  log_.write(ops::Level::kInfo, "server.ready", {{"listening", addresses}, {"data", settings.data_dir}});
  return kExitClean;
}

void Daemon::raise_doubts() {
  for (const char* reason : {plugin::kServesNobody, plugin::kOpenRelay}) {
    const auto doubts = plugin::doubts_of(*manager_.snapshot());
    const auto stands = std::find_if(doubts.begin(), doubts.end(),
                                     [&](const plugin::Doubt& one) { return std::string_view{one.reason} == reason; });
    if (stands == doubts.end()) {
      kernel_.standing.clear(reason);
    } else {
      kernel_.standing.raise({reason, stands->detail, stands->hint});
    }
  }
}

/// Until the server is restarted; the code is not exchanged in a reload.
void Daemon::say_changed() {
  const std::string changed = loader_.changed_plugins();
  if (changed.empty()) return kernel_.standing.clear(kPluginChanged);
  kernel_.standing.raise({kPluginChanged, "on disk there are others than those that run, of the plugins: " + changed,
                          "restart the server to run them; a reload goes on with the old code"});
}

/// The log has the refusal; until it is mended the next start would fail, and that is what status shows.
void Daemon::say_refused(const std::string& why) {
  kernel_.standing.keep({kReloadRefused, "the configuration on disk was refused: " + why,
                         "mend it and reload; the server runs with the one before, and would not start with this one"});
}

void Daemon::apply_kernel(const config::KernelConfig& settings) {
  if (const auto level = ops::parse_level(settings.log_level)) log_.set_level(*level);
  log_.set_budget(settings.log_budget);
  kernel_.stop_timeout = loop::Duration{settings.stop_timeout};
  kernel_.loops.set_patience(kernel_.stop_timeout);
  kernel_.log_rate = settings.log_rate;
  kernel_.max_connections = settings.max_connections;
  trim_.every(loop::Duration{settings.trim_interval});
  host_.configure(settings);
  for (auto& net : kernel_.net) net->set_datagram_pause(loop::Duration{settings.gather_datagrams});
}

void Daemon::on_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.fd, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    std::string why;
    switch (info.ssi_signo) {
      case SIGTERM:
      case SIGINT:
        begin_drain();
        break;
      case SIGHUP:
        reload(&why);  // the log has what came of it
        break;
      case SIGUSR1:
        log_.reopen();
        break;
      default:
        log_.write(ops::Level::kInfo, "server.signal_ignored", {{"signal", std::to_string(info.ssi_signo)}});
    }
  }
}

/// The first request drains, the second stops at once.
void Daemon::begin_drain() {
  if (draining_) return kernel_.loops.control().stop();
  draining_ = true;
  log_.write(ops::Level::kInfo, "server.draining", {});
  vitals_.look(Vitals::Phase::kDraining);
  supervisor_.stopping(loop::Duration{manager_.snapshot()->kernel.drain_timeout});
  manager_.drain([this] { kernel_.loops.control().stop(); });
}

bool Daemon::reload(std::string* why) {
  if (draining_) {
    *why = "the server is draining";
    return false;
  }
  supervisor_.reloading();
  log_.reopen();
  const bool all_run = take_configuration(why);
  if (all_run) {
    kernel_.standing.clear(kReloadRefused);
  } else {
    say_refused(*why);
  }
  supervisor_.reloaded();
  return all_run;
}

bool Daemon::take_configuration(std::string* why) {
  const config::Checked checked = loader_.load();
  if (!checked.snapshot) {
    for (const config::Fault& fault : checked.faults) {
      const std::string text = fault.print();
      *why += (why->empty() ? "" : "\n") + text;
      log_.write(ops::Level::kError, "config.fault", {{"fault", text}});
    }
    return false;
  }
  const bool all_run = manager_.reload(checked.snapshot, why);
  vitals_.look(Vitals::Phase::kRunning);
  if (manager_.snapshot() == checked.snapshot) {
    apply_kernel(checked.snapshot->kernel);
    api::reload_certificates(kernel_, checked.snapshot->kernel);
    on_day();
    raise_doubts();
    say_changed();
  }
  return all_run;
}

/// Once a day, and whenever certificates were read.
void Daemon::on_day() {
  api::warn_of_expiry(kernel_);
  kernel_.loops.control().start(day_, std::chrono::hours{24});
}

/// Names the plugin whose callback holds a loop.
void Daemon::on_watch() {
  const auto limit = loop::Duration{manager_.snapshot()->kernel.loop_stall};
  loop::EventLoop& control = kernel_.loops.control();
  stalled_turns_.resize(kernel_.loops.count());
  for (uint32_t i = 0; i < kernel_.loops.count(); ++i) {
    const loop::LoopPulse& pulse = kernel_.loops.at(i).pulse();
    const int64_t since = pulse.turn_started.load(std::memory_order_relaxed);
    const uint64_t turn = pulse.turns.load(std::memory_order_relaxed) + 1;
    const auto held = control.clock().now().time_since_epoch() - loop::Duration{since};
    if (since == 0 || held < limit || stalled_turns_[i] == turn) continue;
    stalled_turns_[i] = turn;
    const char* busy = pulse.busy.load(std::memory_order_relaxed);
    log_.write(ops::Level::kError, busy == nullptr ? "" : busy, "loop.stalled",
               std::initializer_list<ops::Field>{
                   {"loop", std::to_string(i)},
                   {"held_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(held).count())}});
  }
  control.start(watch_, limit / 2);
}

}  // namespace junctor
