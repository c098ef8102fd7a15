// SPDX-License-Identifier: Apache-2.0
// What the kernel offers an instance, as C++: log, loops, timers, metrics, services, commands. Sockets: net.hpp.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "config.hpp"
#include "control.h"
#include "event.h"
#include "log.h"
#include "loop.h"
#include "metric.h"
#include "net.h"
#include "result.hpp"
#include "service.h"

namespace junctor {

class Host;

/// Cancels when destroyed. Lives on the loop that started it (instances that are not PARALLEL: the home loop).
class Timer {
 public:
  Timer() = default;
  Timer(Timer&& other) noexcept = default;
  Timer& operator=(Timer&& other) noexcept {
    cancel();
    state_ = std::move(other.state_);
    return *this;
  }
  ~Timer() { cancel(); }
  inline void cancel();

 private:
  friend class Host;
  struct State {
    const Host* host;
    std::function<void()> fn;
    jct_handle handle = 0;
    bool running = false;
    bool cancelled = false;
  };
  std::unique_ptr<State> state_;
};

/// A counter, gauge or histogram. [any], without lock or allocation.
class Metric {
 public:
  Metric() = default;
  inline void add(int64_t value = 1) const;
  inline void set(int64_t value) const;
  void observe(Duration value) const { add(value.count()); }

 private:
  friend class Host;
  Metric(const Host* host, jct_handle handle) : host_{host}, handle_{handle} {}
  const Host* host_ = nullptr;
  jct_handle handle_ = 0;
};

/// A command's answer, given once; may be kept and finished later from any thread.
class Reply {
 public:
  explicit Reply(jct_reply raw) : raw_{raw} {}
  void ok(std::string_view json) const { raw_.finish(raw_.self, JCT_OK, str(json)); }
  /// json: {"error": "..."}.
  void fail(jct_status status, std::string_view json) const { raw_.finish(raw_.self, status, str(json)); }

 private:
  jct_reply raw_;
};

using Command = std::function<void(std::string_view args, Reply reply)>;

/// A field of a log line: {"peer", text} or {"count", 3}.
struct Field {
  const char* key;
  std::string value;
  Field(const char* k, std::string_view v) : key{k}, value{v} {}
  Field(const char* k, const char* v) : key{k}, value{v} {}
  Field(const char* k, const std::string& v) : key{k}, value{v} {}
  template <class N>
  requires std::is_arithmetic_v<N> Field(const char* k, N v) : key{k}, value{std::to_string(v)} {}
};

/// An instance's gate as a value that outlives the instance: for callbacks that other plugins make, perhaps late. [any]
class Gate {
 public:
  /// Calls fn inside; not at all (JCT_E_STATE) once the instance is stopping.
  template <class Fn>
  jct_status inside(Fn&& fn) const noexcept {
    if (enter_(raw_) != JCT_OK) return JCT_E_STATE;
    const jct_status status = detail::guard(nullptr, std::forward<Fn>(fn));
    leave_(raw_);
    return status;
  }

 private:
  friend class Host;
  Gate(const jct_host* raw, const jct_loop_api& loop) : raw_{raw}, enter_{loop.enter}, leave_{loop.leave} {}
  const jct_host* raw_;
  jct_status (*enter_)(const jct_host*);
  void (*leave_)(const jct_host*);
};

/// One an instance, alive as long as the plugin object. Its functions carry the tags of the C functions behind them.
class Host {
 public:
  explicit Host(const jct_host* raw)
      : raw_{raw},
        log_{table<jct_log_api>(JCT_LOG_API)},
        event_{table<jct_event_api>(JCT_EVENT_API)},
        loop_{table<jct_loop_api>(JCT_LOOP_API)},
        net_{table<jct_net_api>(JCT_NET_API)},
        service_{table<jct_service_api>(JCT_SERVICE_API)},
        metric_{table<jct_metric_api>(JCT_METRIC_API)},
        control_{table<jct_control_api>(JCT_CONTROL_API)} {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const jct_host* raw() const { return raw_; }
  const jct_net_api& net() const { return net_; }

  // ---- log [any] ----
  bool logs(uint32_t level) const { return log_.enabled(raw_, level) != 0; }
  void log(uint32_t level, const char* event, std::initializer_list<Field> fields = {}) const {
    if (!logs(level)) return;
    const std::vector<jct_field> all = raw_fields(fields);
    log_.write(raw_, level, event, all.data(), all.size());
  }
  void error(const char* event, std::initializer_list<Field> fields = {}) const { log(JCT_LOG_ERROR, event, fields); }
  void warning(const char* event, std::initializer_list<Field> fields = {}) const {
    log(JCT_LOG_WARNING, event, fields);
  }
  void info(const char* event, std::initializer_list<Field> fields = {}) const { log(JCT_LOG_INFO, event, fields); }
  void debug(const char* event, std::initializer_list<Field> fields = {}) const { log(JCT_LOG_DEBUG, event, fields); }

  // ---- events [any] ----
  /// Would anybody read it: a line of this level, or a subscriber?
  bool heeds(uint32_t level) const { return event_.wanted(raw_) != 0 || logs(level); }
  /// A log line where `level` is written, and an event for whoever subscribes, whatever is written.
  void event(uint32_t level, const char* name, std::initializer_list<Field> fields = {}) const {
    if (!heeds(level)) return;
    const std::vector<jct_field> all = raw_fields(fields);
    if (logs(level)) log_.write(raw_, level, name, all.data(), all.size());
    event_.publish(raw_, name, all.data(), all.size());
  }
  /// [control] once, in the constructor or start. fn: see event.h.
  void subscribe(jct_event_fn fn, void* self) const { require(event_.subscribe(raw_, fn, self), "events"); }

  // ---- loops ----
  uint32_t loops() const { return loop_.count(raw_); }
  uint32_t current_loop() const { return loop_.current(raw_); }
  uint32_t home_loop() const { return loop_.home(raw_); }
  /// The caller's worker loop, else the home loop: where answers of services are wanted.
  uint32_t answer_loop() const {
    const uint32_t here = current_loop();
    return here == JCT_NO_LOOP ? home_loop() : here;
  }
  Duration now() const { return Duration{static_cast<int64_t>(loop_.now(raw_))}; }
  /// Microseconds since 1970.
  uint64_t wall() const { return loop_.wall(raw_); }
  void random(void* out, size_t size) const { loop_.random(raw_, static_cast<uint8_t*>(out), size); }

  /// [any] Never inline; dropped once the instance is stopping.
  template <class Fn>
  jct_status post(uint32_t loop, Fn&& fn) const {
    return loop_.post(raw_, loop, task(std::forward<Fn>(fn)));
  }
  /// [any] work on [pool], then done on the calling loop.
  template <class Work, class Done>
  jct_status offload(Work&& work, Done&& done) const {
    return loop_.offload(raw_, task(std::forward<Work>(work)), task(std::forward<Done>(done)));
  }
  /// [any] The same, with a bound: late in place of done where that has not run by then; work that waits is not begun.
  template <class Work, class Done, class Late>
  jct_status offload_within(Duration deadline, Work&& work, Done&& done, Late&& late) const {
    if (loop_.offload_within == nullptr) return JCT_E_UNSUPPORTED;
    return loop_.offload_within(raw_, static_cast<uint64_t>(deadline.count()), task(std::forward<Work>(work)),
                                task(std::forward<Done>(done)), task(std::forward<Late>(late)));
  }
  /// [loop] Throws when there is no room for one more.
  Timer after(Duration delay, std::function<void()> fn) const {
    return start_timer(delay, Duration::zero(), std::move(fn));
  }
  Timer every(Duration period, std::function<void()> fn) const { return start_timer(period, period, std::move(fn)); }

  Gate gate() const { return {raw_, loop_}; }
  /// [any] Calls fn inside the gate; what it throws is logged and becomes JCT_E_FAULT. For handlers given to other
  /// plugins.
  template <class Fn>
  jct_status inside(const char* where, Fn&& fn) const noexcept {
    if (loop_.enter(raw_) != JCT_OK) return JCT_E_STATE;
    const jct_status status = guarded(where, std::forward<Fn>(fn));
    loop_.leave(raw_);
    return status;
  }
  /// The barrier of every callback: what fn throws is logged and becomes a status.
  template <class Fn>
  jct_status guarded(const char* where, Fn&& fn) const noexcept {
    jct_error error{sizeof(jct_error), JCT_OK, {}};
    const jct_status status = detail::guard(&error, std::forward<Fn>(fn));
    if (status != JCT_OK) report(where, error);
    return status;
  }

  // ---- metrics [control] [loop] ----
  Metric counter(const char* name, const char* label, const char* help) const {
    return metric(JCT_METRIC_COUNTER, name, label, help);
  }
  Metric gauge(const char* name, const char* label, const char* help) const {
    return metric(JCT_METRIC_GAUGE, name, label, help);
  }
  Metric histogram(const char* name, const char* label, const char* help) const {
    return metric(JCT_METRIC_HISTOGRAM, name, label, help);
  }

  /// [any] fn(const jct_metric_row&) for every metric of the server.
  template <class Fn>
  void read_metrics(Fn&& fn) const {
    if (metric_.read == nullptr) throw Error{JCT_E_UNSUPPORTED, "this kernel does not tell its metrics"};
    metric_.read(raw_, &fn, [](void* self, const jct_metric_row* row) {
      (*static_cast<std::remove_reference_t<Fn>*>(self))(*row);
    });
  }

  // ---- services [control], in the constructor ----
  void provide(const char* id, const void* service_table, void* self) const {
    require(service_.provide(raw_, id, service_table, self), id);
  }
  std::optional<jct_service_ref> find(const char* id) const {
    jct_service_ref ref{};
    const jct_status status = service_.find(raw_, id, &ref);
    if (status == JCT_E_NOT_FOUND) return std::nullopt;
    require(status, id);
    return ref;
  }
  std::vector<jct_service_ref> find_all(const char* id) const {
    uint64_t count = 0;
    require(service_.find_all(raw_, id, nullptr, 0, &count), id);
    std::vector<jct_service_ref> all(count);
    if (count > 0) require(service_.find_all(raw_, id, all.data(), count, &count), id);
    return all;
  }

  /// [control] A word for junctorctl; fn runs on the home loop.
  void command(const char* name, const char* help, Command fn) {
    commands_.push_back(std::make_unique<CommandState>(CommandState{this, std::move(fn)}));
    require(control_.command(raw_, name, help, &run_command, commands_.back().get()), name);
  }

  /// [any] A heap copy of fn as a task; fn may be move-only.
  template <class Fn>
  jct_task task(Fn&& fn) const {
    struct Box {
      const Host* host;
      std::decay_t<Fn> fn;
    };
    return {new Box{this, std::forward<Fn>(fn)},
            [](void* self) {
              auto* box = static_cast<Box*>(self);
              box->host->guarded("task", box->fn);
            },
            [](void* self) { delete static_cast<Box*>(self); }};
  }

 private:
  friend class Timer;
  friend class Metric;

  struct CommandState {
    const Host* host;
    Command fn;
  };

  static void run_command(void* self, jct_str args, jct_reply reply) {
    auto* state = static_cast<CommandState*>(self);
    const jct_status status = state->host->guarded("command", [&] { state->fn(view(args), Reply{reply}); });
    if (status != JCT_OK) Reply{reply}.fail(status, R"({"error":"the command failed; see the log"})");
  }

  template <class Table>
  Table table(const char* id) const {
    const void* raw = raw_->api(raw_, id);
    if (raw == nullptr) throw Error{JCT_E_UNSUPPORTED, std::string{"this kernel lacks "} + id};
    return detail::adopt<Table>(raw);
  }

  static std::vector<jct_field> raw_fields(std::initializer_list<Field> fields) {
    std::vector<jct_field> all;
    all.reserve(fields.size());
    for (const Field& field : fields) all.push_back({field.key, str(field.value)});
    return all;
  }

  Timer start_timer(Duration delay, Duration period, std::function<void()> fn) const {
    Timer timer;
    timer.state_ = std::make_unique<Timer::State>(Timer::State{this, std::move(fn)});
    require(loop_.timer_start(raw_, static_cast<uint64_t>(delay.count()), static_cast<uint64_t>(period.count()),
                              &run_timer, timer.state_.get(), &timer.state_->handle),
            "timer");
    return timer;
  }

  /// The callback may cancel or replace its own timer: the state then lives until it returns.
  static jct_status run_timer(void* self, jct_handle) {
    auto* state = static_cast<Timer::State*>(self);
    state->running = true;
    const jct_status status = state->host->guarded("timer", state->fn);
    state->running = false;
    if (state->cancelled) delete state;
    return status;
  }

  Metric metric(uint32_t kind, const char* name, const char* label, const char* help) const {
    jct_handle handle = 0;
    require(metric_.open(raw_, kind, name, label, help, &handle), name);
    return Metric{this, handle};
  }

  void report(const char* where, const jct_error& error) const noexcept {
    const std::string_view code = status_text(error.code);
    const std::string_view text{error.text};
    const jct_field fields[] = {{"where", {where, __builtin_strlen(where)}}, {"code", str(code)}, {"text", str(text)}};
    log_.write(raw_, JCT_LOG_ERROR, "plugin.exception", fields, 3);
  }

  const jct_host* raw_;
  jct_log_api log_;
  jct_event_api event_;
  jct_loop_api loop_;
  jct_net_api net_;
  jct_service_api service_;
  jct_metric_api metric_;
  jct_control_api control_;
  std::vector<std::unique_ptr<CommandState>> commands_;
};

inline void Timer::cancel() {
  if (!state_) return;
  state_->host->loop_.timer_cancel(state_->host->raw_, state_->handle);
  if (state_->running) {
    state_->cancelled = true;
    static_cast<void>(state_.release());
  }
  state_.reset();
}

inline void Metric::add(int64_t value) const {
  if (host_ != nullptr) host_->metric_.add(host_->raw_, handle_, value);
}
inline void Metric::set(int64_t value) const {
  if (host_ != nullptr) host_->metric_.set(host_->raw_, handle_, value);
}

/// How full a bound is, for whoever watches: the gauges limit and limit_used (metric.h). As Metric.
class Fill {
 public:
  /// `label`: "limit=max_sessions", the option's name.
  Fill(const Host& host, const char* label)
      : limit_{host.gauge("limit", label, "the bound")}, used_{host.gauge("limit_used", label, "what is in use")} {}
  void set(size_t used, size_t limit) const {
    limit_.set(static_cast<int64_t>(limit));
    used_.set(static_cast<int64_t>(used));
  }

 private:
  Metric limit_;
  Metric used_;
};

}  // namespace junctor
