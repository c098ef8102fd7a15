// SPDX-License-Identifier: Apache-2.0
// A host for a plugin's tests: no kernel, no port, no thread. Everything happens in the calling thread, in a repeatable
// order, and only when the test says so. Threads that the plugin has of its own may call what is tagged [any].
//
//   FakeHost host{{.loops = 2}};
//   PluginUnderTest plugin{host, junctor_plugin_v1(), {{"greeting", "hello"}}};
//   plugin.start();
//   FakeStream client = host.connect("listen", {.peer = "198.51.100.1:50001", .loop = 1});
//   client.deliver("may 123456789\n");
//   host.run_until_idle();
//   CHECK(client.sent() == "yes\n");
//   host.advance(30s);                       // timers on the way fire
//   plugin.finish();                         // drain, stop, destroy
//   CHECK(host.complaints().empty());        // wrong threads, leaks, failed callbacks
//
// It checks thread tags and states as the kernel does (JCT_E_THREAD, JCT_E_STATE). Code of a test that calls into the
// plugin's services does so inside on_loop(). A restart, the old object and the new one at once:
// restart_under_test.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_config.hpp"
#include "fake_fds.hpp"
#include "fake_loops.hpp"
#include "fake_net.hpp"
#include "fake_records.hpp"
#include "fake_services.hpp"

namespace junctor::testing {

struct HostShape {
  uint32_t loops = 1;
  uint32_t home = 0;
  Duration now = std::chrono::seconds{1};
};

class FakeHost {
 public:
  explicit FakeHost(HostShape shape = {})
      : loops_{shape.loops, shape.home, static_cast<uint64_t>(shape.now.count())},
        net_{loops_},
        fds_{loops_, net_},
        records_{loops_},
        services_{loops_} {
    record_.size = sizeof(jct_host);
    record_.abi_minor = JCT_ABI_MINOR;
    record_.api = &find_table;
    record_.loops = &loops_;
    record_.net = &net_;
    record_.fds = &fds_;
    record_.records = &records_;
    record_.services = &services_;
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const jct_host* raw() const { return &record_; }

  // ---- time and threads ----
  void run_until_idle() { loops_.run_until_idle(); }
  void run_loop(uint32_t loop) { loops_.run_loop(loop); }
  void advance(Duration by) { loops_.advance(by); }
  /// For what other real threads do: runs what they post until `so` holds; false when it does not in time.
  template <class Predicate>
  bool run_until(Predicate so, std::chrono::milliseconds patience = std::chrono::seconds{60}) {
    return loops_.run_until(std::move(so), patience);
  }
  /// As if offloaded work were held up, or no longer.
  void hold_pool(bool held) { loops_.hold_pool = held; }
  Duration now() const { return Duration{static_cast<int64_t>(loops_.now())}; }
  /// Microseconds since 1970; goes on with the clock.
  void set_wall(uint64_t microseconds) { loops_.set_wall(microseconds); }
  /// Runs fn as if on that loop: for calls of the plugin's own services.
  template <class Fn>
  auto on_loop(uint32_t loop, Fn&& fn) {
    return loops_.as(Where::kLoop, loop, std::forward<Fn>(fn));
  }
  /// Runs fn as a lifecycle call would: for plugin classes that a test makes itself.
  template <class Fn>
  auto on_control(Fn&& fn) {
    return loops_.as(Where::kControl, 0, std::forward<Fn>(fn));
  }

  // ---- network ----
  FakeStream connect(const std::string& option, const Arrival& how = {}) { return net_.connect(option, how); }
  bool listens(const std::string& option) { return net_.listens(option); }
  void deliver_datagram(const std::string& option, std::string data, const Arrival& how = {}) {
    net_.deliver_datagram(option, how, std::move(data));
  }
  const std::vector<SentDatagram>& sent_datagrams() const { return net_.sent_datagrams(); }
  std::vector<SentDatagram> take_sent_datagrams() { return net_.take_sent_datagrams(); }
  const std::vector<FakeStream>& dials() const { return net_.dials(); }
  std::vector<FakeBridge> bridges() const { return net_.bridges().all(); }
  /// Calls whoever watches the descriptor, as if it were ready; false where nobody waits for that.
  bool ready(int fd, uint32_t what) { return fds_.ready(fd, what); }
  /// Asks the system once which watched descriptors are ready, and calls whoever watches them.
  void poll_fds() { fds_.poll(); }
  /// Connected sockets that the plugin has handed over (fd.h), in order.
  const std::vector<FakeStream>& adopted() const { return net_.adopted(); }
  /// The next bridge is refused with it: JCT_E_LIMIT, JCT_E_NO_MEMORY.
  void fail_next_bridge(jct_status status) { net_.fail_next_bridge(status); }

  // ---- services and commands ----
  /// For the plugin to find; table and self outlive it.
  void provide(const std::string& id, const void* table, void* self, std::string instance = "test") {
    services_.provide_for_plugin(id, table, self, std::move(instance));
  }
  /// As `junctorctl NAME ...`; args as {"args":["..."]}. Nothing where it has not been answered.
  std::optional<Answer> command(const std::string& name, std::string args = R"({"args":[]})") {
    const auto slot = services_.ask(name, std::move(args));
    run_until_idle();
    return *slot;
  }

  // ---- what can be seen ----
  FakeRecords& records() { return records_; }
  const std::vector<LogLine>& log_lines() const { return records_.lines(); }
  LogLine last_line(std::string_view event) const { return records_.last(event); }
  size_t lines_of(std::string_view event) const { return records_.count(event); }
  int64_t metric(const std::string& name, const std::string& label = "") const {
    return records_.metric(name, label).value;
  }
  /// What the plugin has published. `last_event` has no name where there was none.
  LogLine last_event(std::string_view name) const { return records_.last_event(name); }
  size_t events_of(std::string_view name) const { return records_.count_events(name); }
  /// As another instance would, for a plugin that subscribes.
  void publish(const std::string& instance, const std::string& name,
               const std::vector<std::pair<std::string, std::string>>& fields) {
    records_.publish_to_plugin(instance, name, fields);
  }

  /// Everything that the kernel would log against the plugin: misuse, failed callbacks, exceptions, unanswered commands
  /// and, once it is destroyed, what it has not given back.
  std::vector<std::string> complaints() const {
    std::vector<std::string> all = loops_.breaches();
    for (const std::string& fault : loops_.faults()) all.push_back(fault);
    for (const LogLine& line : records_.lines()) {
      if (line.event == "plugin.exception") all.push_back(line.text());
    }
    if (services_.unanswered() > 0) all.push_back(std::to_string(services_.unanswered()) + " commands not answered");
    if (loops_.inside() > 0) all.push_back("enter without leave");
    for (const std::string& left : left_) all.push_back("left behind: " + left);
    return all;
  }

  // ---- for PluginUnderTest and hosts of one's own ----
  FakeLoops& loops() { return loops_; }
  FakeNet& net() { return net_; }
  FakeFds& fds() { return fds_; }
  FakeServices& services() { return services_; }
  /// Listeners, timers and watches that are open now.
  std::vector<std::string> leftovers() const {
    std::vector<std::string> all = net_.leftovers();
    for (size_t i = 0; i < loops_.plugin_timers(); ++i) all.push_back("timer");
    for (size_t i = 0; i < fds_.watches(); ++i) all.push_back("watch");
    return all;
  }
  void note_leftovers() { left_ = leftovers(); }

 private:
  static const void* find_table(const jct_host*, const char* id) {
    const std::string_view wanted{id};
    if (wanted == JCT_LOG_API) return FakeRecords::log_table();
    if (wanted == JCT_EVENT_API) return FakeRecords::event_table();
    if (wanted == JCT_CONFIG_API) return FakeConfig::table();
    if (wanted == JCT_LOOP_API) return FakeLoops::table();
    if (wanted == JCT_NET_API) return FakeNet::table();
    if (wanted == JCT_FD_API) return FakeFds::table();
    if (wanted == JCT_SERVICE_API) return FakeServices::service_table();
    if (wanted == JCT_METRIC_API) return FakeRecords::metric_table();
    if (wanted == JCT_CONTROL_API) return FakeServices::control_table();
    return nullptr;
  }

  HostRecord record_{};
  FakeLoops loops_;
  FakeNet net_;
  FakeFds fds_;
  FakeRecords records_;
  FakeServices services_;
  std::vector<std::string> left_;
};

}  // namespace junctor::testing

#include "plugin_under_test.hpp"
