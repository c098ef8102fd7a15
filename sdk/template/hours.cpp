// SPDX-License-Identifier: Apache-2.0
// The plugin: options, the auth/1 service, a port to ask. It only wires; what it knows is in timetable and dialogue.
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "dialogue.hpp"
#include "junctor/plugin.hpp"
#include "junctor/service/auth.h"
#include "timetable.hpp"

namespace hours {
namespace {

constexpr auto kOpen = junctor::opt::text("open", "08:00").live().help("first minute in which sessions may start");
constexpr auto kClose = junctor::opt::text("close", "18:00").live().help("first minute in which they may not");
constexpr auto kZone = junctor::opt::text("zone", "local").live().help("local, utc, or an offset such as +02:00");
constexpr auto kListen = junctor::opt::listener("listen", "127.0.0.1:P+10").help("where to ask `may ID` and `status`");

constexpr junctor::Duration kSilence = std::chrono::minutes{1};

Timetable timetable_of(const junctor::Config& config) {
  std::string why;
  const auto table = Timetable::parse(config[kOpen], config[kClose], config[kZone], &why);
  if (!table) throw junctor::Error{JCT_E_CONFIG, why};
  return *table;
}

class Hours {
 public:
  static constexpr auto kOptions = junctor::options(kOpen, kClose, kZone, kListen);

  /// [control] Takes what it needs; no traffic yet. What it throws is the operator's message.
  Hours(junctor::Host& host, const junctor::Config& config)
      : host_{host}, timetable_{timetable_of(config)}, refused_{host.counter("refused", nullptr, "sessions refused")} {
    host.provide(JCT_AUTH_SERVICE, &kAuth, this);
  }

  /// [control] Opens the port. Connections come in once this has returned.
  void start() {
    listener_ = junctor::Listener{
        host_, kListen, [this](junctor::Stream stream, const jct_conn_info&) { converse(std::move(stream)); }};
  }

  /// [home] Throws to refuse a reload; everything then stays as it was.
  void check(const junctor::Config& candidate) { timetable_of(candidate); }
  /// [home] All the options are LIVE but `listen`, for which the kernel restarts the plugin.
  void reload(const junctor::Config& config) { timetable_ = timetable_of(config); }

  /// [home] A question takes no time, so there is nothing to wait for.
  void drain(junctor::Done done) {
    listener_.close();
    done();
  }

 private:
  /// One connection. Lives on the home loop, as this plugin is not PARALLEL.
  struct Conversation {
    Hours& hours;
    junctor::Stream stream;

    const junctor::Host& host() const { return hours.host_; }
    size_t on_data(std::string_view data) {
      const Heard heard = hear(data, hours.timetable_, host().wall());
      // A peer that asks and does not read would fill our queue: it is closed instead.
      if (heard.too_long || stream.send(heard.answers) != JCT_OK) stream.close();
      return heard.consumed;
    }
    void on_writable() {}
    void on_end() { stream.close(); }
    void on_close(jct_status) { hours.conversations_.erase(this); }
  };

  void converse(junctor::Stream stream) {
    auto made = std::make_unique<Conversation>(Conversation{*this, std::move(stream)});
    made->stream.idle_timeout(kSilence);
    made->stream.attach(*made);
    Conversation* key = made.get();
    conversations_.emplace(key, std::move(made));
  }

  /// auth/1. [loop] Any loop: it reads nothing but the atomic timetable.
  static void check_session(void* self, const jct_auth_request* request, const jct_auth_done* done) {
    auto& hours = *static_cast<Hours*>(self);
    const Timetable timetable = hours.timetable_;
    const uint64_t now = hours.host_.wall();
    if (request->kind != JCT_AUTH_START || timetable.is_open(now)) {
      return done->done(done->self, JCT_OK, {}, {});
    }
    hours.refused_.add();
    const std::string text = "This site is closed until " + timetable.next_change(now);
    done->done(done->self, JCT_E_DENIED, junctor::str("closed_hours"), junctor::str(text));
  }
  static constexpr jct_auth_service kAuth{sizeof(jct_auth_service), 0, &check_session, nullptr};

  junctor::Host& host_;
  std::atomic<Timetable> timetable_;
  static_assert(std::atomic<Timetable>::is_always_lock_free);
  junctor::Metric refused_;
  junctor::Listener listener_;
  std::unordered_map<Conversation*, std::unique_ptr<Conversation>> conversations_;
};

}  // namespace
}  // namespace hours

JUNCTOR_PLUGIN(hours::Hours, "hours", "allows sessions by time of day", provides("auth/1"))
