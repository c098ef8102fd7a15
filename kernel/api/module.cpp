// SPDX-License-Identifier: Apache-2.0
#include "api/module.hpp"

#include <cstring>
#include <utility>

#include "api/config_view.hpp"
#include "api/host.hpp"
#include "api/net_objects.hpp"
#include "api/timer_object.hpp"
#include "api/watch_object.hpp"
#include "config/values.hpp"

namespace junctor::api {
namespace {

constexpr size_t kMaxClaims = 10'000;

std::string text_of(const jct_error& error, jct_status status) {
  const std::string text{error.text, strnlen(error.text, sizeof error.text)};
  return text.empty() ? "it answered status " + std::to_string(status) + " without a text" : text;
}

std::string copied(jct_str text) { return {text.data, static_cast<size_t>(text.size)}; }

jct_error empty_error() { return {sizeof(jct_error), JCT_OK, {}}; }

/// What of a table (timers, watches) nobody has ended: a leak in the plugin, harmless to the rest. How many. [control]
template <class T>
size_t end_left(Host& host, HandleTable<T>& table) {
  loop::LoopSet& loops = host.kernel().loops;
  size_t ended = 0;
  for (uint32_t i = 0; i < loops.count(); ++i) {
    loops.run_on(i, [&] {
      for (T* one : table.on_loop(i)) {
        if (&one->host != &host) continue;
        one->end();
        ++ended;
      }
    });
  }
  return ended;
}

/// The first service that the plugin declares and has not provided, or none.
std::string broken_promise(const Host& host, const plugin::Services& services, const config::Schema& schema) {
  for (const std::string& id : schema.provides) {
    if (!services.provides(host.key(), id)) return id;
  }
  return {};
}

/// One created instance. Every call comes from the control thread.
class AbiObject final : public plugin::Object {
 public:
  AbiObject(const jct_plugin& plugin, Host& host, void* self) : plugin_{plugin}, host_{host}, self_{self} {}
  ~AbiObject() override;

  bool start(std::string* why) override;
  void open() override { host_.open_all(); }
  bool check(const config::Instance& candidate, std::string* why) override;
  void apply(std::shared_ptr<const config::Snapshot> snapshot, const config::Instance& values) override;
  void drain(std::function<void()> idle) override;
  void hand_over() override;
  bool hears_events() const override { return host_.kernel().events.has(host_); }
  bool stop() override;
  bool can_stop() override;

 private:
  bool on_home(loop::Task call);
  bool quiesce();
  void still(uint32_t loop);
  void report_leftovers();

  const jct_plugin& plugin_;
  Host& host_;
  void* self_;
  bool stopped_ = false;
  bool late_ = false;
};

/// Runs it on the home loop, named for the watchdog, and waits. False where it has not ended in time: it may later, so
/// it owns all that it uses.
bool AbiObject::on_home(loop::Task call) {
  const Host::Call marked{host_};
  return host_.kernel().loops.run_owned_on(host_.home(), [host = &host_, run = std::move(call)]() mutable {
    const loop::BusyLabel busy{host->kernel().loops.at(host->home()), host->label()};
    run();
  });
}

bool AbiObject::start(std::string* why) {
  jct_error error = empty_error();
  jct_status status = JCT_OK;
  host_.set_phase(Phase::kStarting);
  if (plugin_.start != nullptr) {
    const Host::Call marked{host_};
    status = plugin_.start(self_, &error);
  }
  if (status < 0) {
    *why = text_of(error, status);
    host_.forget_arms();
    release_listeners(host_, Release::kAll);  // nobody shall wait in the queue of what does not run
    return false;
  }
  host_.set_phase(Phase::kRunning);
  host_.arm_all();
  return true;
}

bool AbiObject::check(const config::Instance& candidate, std::string* why) {
  if (plugin_.check == nullptr) return true;
  // The kernel's own values that a view gives out (base_port, data_dir) cannot change in a reload.
  struct Question {
    std::unique_ptr<jct_config> view;
    jct_error error = empty_error();
    jct_status status = JCT_OK;
  };
  const auto question = std::make_shared<Question>();
  question->view = make_config(host_.config().snapshot, candidate);
  const auto ask = [this, question] {
    question->status = plugin_.check(self_, question->view.get(), &question->error);
  };
  if (!on_home(ask)) {
    *why = "it did not answer within " + config::print_duration(host_.kernel().stop_timeout.count()) +
           ": its loop, or its check, is held up";
    return false;
  }
  if (question->status < 0) *why = text_of(question->error, question->status);
  return question->status >= 0;
}

void AbiObject::apply(std::shared_ptr<const config::Snapshot> snapshot, const config::Instance& values) {
  host_.set_config(make_config(std::move(snapshot), values));
  if (plugin_.apply != nullptr) {
    if (!on_home([this] { plugin_.apply(self_, &host_.config()); })) {
      host_.blame("plugin.apply_late", "hint",
                  "its loop, or its apply, is held up; it takes the values when it comes to it");
    }
  }
}

void AbiObject::drain(std::function<void()> idle) {
  if (plugin_.drain == nullptr) return idle();
  struct Idle {
    std::function<void()> tell;
  };
  const jct_task done{new Idle{std::move(idle)},
                      [](void* self) {
                        if (const auto tell = std::exchange(static_cast<Idle*>(self)->tell, nullptr)) tell();
                      },
                      [](void* self) { delete static_cast<Idle*>(self); }};
  if (!on_home([this, task = OwnedTask{done}]() mutable { plugin_.drain(self_, task.release()); })) {
    host_.blame("plugin.drain_late", "hint", "its loop, or its drain, is held up");
  }
  release_listeners(host_, Release::kClosed);  // those that it closed: their sockets are free for a successor
}

void AbiObject::hand_over() { release_listeners(host_, Release::kHandOver); }

/// Its connections end and its descriptors are watched no more. On that loop.
void AbiObject::still(uint32_t loop) {
  for (StreamObject* stream : host_.kernel().streams.on_loop(loop)) {
    if (stream->host == &host_ && stream->stream != nullptr) stream->stream->abort(net::Status::kClosed);
  }
  for (BridgeObject* bridge : host_.kernel().bridges.on_loop(loop)) {
    if (&bridge->host == &host_) bridge->bridge->close();
  }
  for (WatchObject* watch : host_.kernel().watches.on_loop(loop)) {
    if (&watch->host == &host_) watch->disarm();
  }
}

/// No callback of the instance runs afterwards: its connections end (each on_close still comes), its timers and
/// watches are disarmed, and what other threads do inside it is waited for. False where that does not end in time.
bool AbiObject::quiesce() {
  Kernel& kernel = host_.kernel();
  host_.close_gate();
  release_listeners(host_, Release::kAll);
  host_.set_phase(Phase::kQuiet);
  host_.forget_arms();
  // Twice: what was on its way to another loop, or about to be accepted, has arrived by then.
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < kernel.loops.count(); ++i) {
      if (!kernel.loops.run_on(i, [this, i] { still(i); })) return false;
    }
    if (!kernel.loops.barrier()) return false;
  }
  // The barrier: on_close of what was closed last.
  return kernel.loops.barrier() && host_.wait_empty(kernel.stop_timeout);
}

bool AbiObject::stop() {
  if (stopped_) return true;
  if (!quiesce()) {
    if (std::exchange(late_, true)) return false;
    host_.blame("plugin.still_busy", "waiting",
                host_.on_pool() > 0 ? "work that it gave to the pool"
                                    : "a loop that a callback holds, or a call by another plugin");
    host_.kernel().pool.reinforce(host_.on_pool());  // the others' work goes on
    return false;
  }
  stopped_ = true;
  if (plugin_.stop != nullptr) {
    const Host::Call marked{host_};
    plugin_.stop(self_);
  }
  return true;
}

/// Without waiting: is nothing inside it, and no loop in a callback for long?
bool AbiObject::can_stop() {
  Kernel& kernel = host_.kernel();
  const auto now = kernel.loops.control().clock().now().time_since_epoch();
  for (uint32_t i = 0; i < kernel.loops.count(); ++i) {
    const int64_t since = kernel.loops.at(i).pulse().turn_started.load(std::memory_order_relaxed);
    if (since != 0 && now - loop::Duration{since} > kernel.stop_timeout / 2) return false;
  }
  return host_.wait_empty(loop::Duration::zero());
}

void AbiObject::report_leftovers() {
  const size_t listeners = host_.listeners_left();
  if (listeners > 0) host_.blame("plugin.leftover", "listeners", std::to_string(listeners));
  const size_t timers = end_left(host_, host_.kernel().timers);
  if (timers > 0) host_.blame("plugin.leftover", "timers", std::to_string(timers));
  const size_t watches = end_left(host_, host_.kernel().watches);
  if (watches > 0) host_.blame("plugin.leftover", "watches", std::to_string(watches));
}

AbiObject::~AbiObject() {
  if (!stop()) return;  // what is inside it goes on with what it has
  {
    const Host::Call marked{host_};
    plugin_.destroy(self_);
  }
  report_leftovers();
  host_.forget_config();
}

class AbiModule final : public plugin::Module {
 public:
  AbiModule(Kernel* kernel, Descriptor descriptor) : kernel_{kernel}, descriptor_{std::move(descriptor)} {}

  const config::Schema& schema() const override { return descriptor_.schema; }
  const std::string& version() const override { return descriptor_.version; }

  bool verify(const std::shared_ptr<const config::Snapshot>& snapshot, const config::Instance& values, std::string* why,
              bool* of_place) const override {
    if (descriptor_.raw.plugin.verify == nullptr) return true;
    const auto view = make_config(snapshot, values);
    jct_error error = empty_error();
    const jct_status status = descriptor_.raw.plugin.verify(&config_api(), view.get(), &error);
    if (status < 0) *why = text_of(error, status);
    *of_place = status < 0 && status != JCT_E_CONFIG && status != JCT_E_ARG;
    return status >= 0;
  }

  bool claims(const std::shared_ptr<const config::Snapshot>& snapshot, const config::Instance& values,
              std::vector<plugin::Claim>* out, std::string* why) const override {
    if (descriptor_.raw.claims == nullptr) return true;
    const auto take = [](void* self, jct_str service, jct_str what, jct_str option) {
      auto* claims = static_cast<std::vector<plugin::Claim>*>(self);
      if (claims->size() > kMaxClaims) return;
      claims->push_back({copied(service), copied(what), copied(option)});
    };
    const auto view = make_config(snapshot, values);
    const jct_claims told{sizeof told, 0, out, take};
    jct_error error = empty_error();
    const jct_status status = descriptor_.raw.claims(&config_api(), view.get(), &told, &error);
    if (status < 0) *why = text_of(error, status);
    if (status >= 0 && out->size() > kMaxClaims) *why = "it claims more than " + std::to_string(kMaxClaims) + " places";
    return why->empty();
  }

  std::unique_ptr<plugin::Object> create(const std::string& key, std::shared_ptr<const config::Snapshot> snapshot,
                                         const config::Instance& values, std::string* why) const override {
    const bool parallel = (descriptor_.raw.plugin.flags & JCT_PLUGIN_PARALLEL) != 0;
    const uint32_t home = static_cast<uint32_t>(kernel_->hosts.size()) % kernel_->loops.count();
    kernel_->hosts.push_back(std::make_unique<Host>(*kernel_, values.name, key, home, parallel));
    Host& host = *kernel_->hosts.back();
    kernel_->metrics.belongs(values.name, descriptor_.schema.name);
    host.set_config(make_config(std::move(snapshot), values));
    jct_error error = empty_error();
    void* self = nullptr;
    jct_status status = JCT_OK;
    {
      const Host::Call marked{host};
      status = descriptor_.raw.plugin.create(&host, &host.config(), &self, &error);
    }
    if (status >= 0) {
      auto object = std::make_unique<AbiObject>(descriptor_.raw.plugin, host, self);
      const std::string missing = broken_promise(host, kernel_->services, descriptor_.schema);
      if (missing.empty()) return object;
      *why = "it declares the service " + missing + " but has not provided it";
      return nullptr;
    }
    *why = text_of(error, status);
    host.close_gate();
    host.set_phase(Phase::kQuiet);
    host.forget_arms();
    end_left(host, kernel_->timers);
    end_left(host, kernel_->watches);
    host.forget_config();
    return nullptr;
  }

 private:
  Kernel* kernel_;
  Descriptor descriptor_;
};

}  // namespace

const plugin::Module* Modules::load(const std::string& name, std::string* why) {
  const auto file = plugin::identify_plugin(dir_, name, why);
  if (!file) return nullptr;
  if (const auto found = loaded_.find(name); found != loaded_.end()) {
    found->second.changed = *file != found->second.file;
    return found->second.module.get();
  }
  void* entry = plugin::open_plugin(dir_, name, JCT_ENTRY_NAME, why);
  if (entry == nullptr) return nullptr;
  auto descriptor = read_descriptor(reinterpret_cast<jct_entry>(entry)(), name, why);
  if (!descriptor) {
    *why = dir_ + "/" + name + ".so: " + *why;
    return nullptr;
  }
  Loaded made{std::make_unique<AbiModule>(kernel_, std::move(*descriptor)), *file};
  return loaded_.emplace(name, std::move(made)).first->second.module.get();
}

std::vector<std::string> Modules::changed() const {
  std::vector<std::string> names;
  for (const auto& [name, one] : loaded_) {
    if (one.changed) names.push_back(name);
  }
  return names;
}

}  // namespace junctor::api
