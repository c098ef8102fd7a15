// SPDX-License-Identifier: Apache-2.0
// The plugin webhook: events of the server to others' servers, and `junctorctl webhook`. Wiring.
#include <junctor/command_json.hpp>
#include <junctor/plugin.hpp>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "courier.hpp"

namespace junctor::webhook {
namespace {

constexpr const char* kTest = "webhook.test";

class WebhookPlugin {
 public:
  static constexpr auto kOptions = kAll;

  WebhookPlugin(Host& host, const Config& config)
      : host_{host}, queue_{read_patience(config).queue}, queue_fill_{host, "limit=queue"} {
    for (Hook& hook : read_hooks(config)) {
      const std::string label = "hook=" + hook.name;
      ways_.push_back(std::make_unique<Way>(Way{
          std::make_unique<Courier>(
              std::move(hook), read_patience(config), [&host] { return static_cast<int64_t>(host.wall() / 1'000'000); },
              [this, at = ways_.size()](const Hook& to, const Letter& letter, const std::string& why, bool last) {
                told(*ways_[at], to, letter, why, last);
              }),
          host.counter("delivered", label.c_str(), "events that a hook's server took"),
          host.counter("retried", label.c_str(), "tries that failed and are made again"),
          host.counter("lost", label.c_str(), "events that were given up, or for which there was no room"),
          {}}));
    }
    host.command("webhook list", "webhook list: hooks, and how many events wait for each",
                 [this](std::string_view, const Reply& reply) { list(reply); });
    host.command("webhook test",
                 "webhook test HOOK: sends an event of the name webhook.test and says what became of it",
                 [this](std::string_view args, const Reply& reply) { test(args, reply); });
    host.subscribe(&WebhookPlugin::on_event, this);
    queue_fill_.set(0, queue_);
  }

  /// [control]
  static void verify(const Config& config) { read_hooks(config); }

  void start() {
    for (const auto& way : ways_) way->courier->start();
  }
  void stop() {
    for (const auto& way : ways_) {
      const size_t lost = way->courier->stop();
      if (lost == 0) continue;
      way->lost.add(static_cast<int64_t>(lost));
      host_.warning("webhook.lost", {{"hook", way->courier->hook().name}, {"events", lost}, {"reason", "stopping"}});
    }
  }

 private:
  struct Way {
    std::unique_ptr<Courier> courier;
    Metric delivered, retried, lost;
    std::map<std::string, Reply> tests;  // guarded by mutex_: who waits, by the letter's id
  };

  /// [any] Of what this plugin says itself nothing is sent: a failure would bring the next.
  static void on_event(void* self, const jct_event* event) {
    auto* plugin = static_cast<WebhookPlugin*>(self);
    plugin->host_.guarded("event", [&] { plugin->take(detail::adopt<jct_event>(event)); });
  }
  void take(const jct_event& event) {
    const std::string_view name = view(event.name);
    std::optional<Letter> letter;
    for (const auto& way : ways_) {
      if (!way->courier->hook().events.match(name)) continue;
      if (!letter)
        letter = Letter{new_id(), std::string{name}, body_of(event), static_cast<int64_t>(event.wall / 1'000'000)};
      put(*way, *letter);
    }
  }
  bool put(Way& way, const Letter& letter) {
    const bool taken = way.courier->put(letter);
    if (!taken) way.lost.add();
    queue_fill_.set(fullest(), queue_);
    return taken;
  }
  size_t fullest() const {
    size_t most = 0;
    for (const auto& way : ways_) most = std::max(most, way->courier->waiting());
    return most;
  }

  std::string new_id() const {
    std::array<uint8_t, 16> random{};
    host_.random(random.data(), random.size());
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string id = "msg_";
    for (const uint8_t byte : random) {
      id += kDigits[byte >> 4];
      id += kDigits[byte & 15];
    }
    return id;
  }

  /// A courier's thread.
  void told(Way& way, const Hook& hook, const Letter& letter, const std::string& why, bool last) {
    queue_fill_.set(fullest(), queue_);
    if (letter.name == kTest) answer(way, letter.id, why);
    if (why.empty()) {
      way.delivered.add();
      host_.debug("webhook.delivered", {{"hook", hook.name}, {"id", letter.id}, {"event", letter.name}});
    } else if (last) {
      way.lost.add();
      host_.warning("webhook.failed", {{"hook", hook.name}, {"event", letter.name}, {"hint", why}});
    } else {
      way.retried.add();
      host_.info("webhook.again", {{"hook", hook.name}, {"event", letter.name}, {"hint", why}});
    }
  }

  // ---- junctorctl, [home] ----
  void list(const Reply& reply) const {
    Poco::JSON::Array rows;
    for (const auto& way : ways_) {
      Poco::JSON::Object row{Poco::JSON_PRESERVE_KEY_ORDER};
      row.set("hook", way->courier->hook().name);
      row.set("url", way->courier->hook().url);
      row.set("waiting", static_cast<Poco::UInt64>(way->courier->waiting()));
      rows.add(row);
    }
    Poco::JSON::Object object;
    object.set("rows", rows);
    reply.ok(command::text(object));
  }

  void test(std::string_view args, const Reply& reply) {
    const auto words = command::words(args);
    if (words.size() != 1) return reply.fail(JCT_E_ARG, command::error("usage: junctorctl webhook test HOOK"));
    for (const auto& way : ways_) {
      if (way->courier->hook().name == words[0]) return test(*way, reply);
    }
    reply.fail(JCT_E_NOT_FOUND, command::error("there is no hook \"" + words[0] + "\" in [webhook]"));
  }
  void test(Way& way, const Reply& reply) {
    const std::string instance = "webhook", name = kTest;
    const jct_event event{sizeof(jct_event), 0, str(instance), str(name), host_.wall(), nullptr, 0};
    const Letter letter{new_id(), name, body_of(event), static_cast<int64_t>(host_.wall() / 1'000'000)};
    {
      const std::lock_guard lock{mutex_};
      way.tests.emplace(letter.id, reply);
    }
    if (!put(way, letter)) answer(way, letter.id, "too many events wait for it");
  }
  void answer(Way& way, const std::string& id, const std::string& why) {
    std::optional<Reply> reply;
    {
      const std::lock_guard lock{mutex_};
      const auto found = way.tests.find(id);
      if (found == way.tests.end()) return;
      reply = found->second;
      way.tests.erase(found);
    }
    host_.post(host_.home_loop(), [reply = *reply, why, hook = way.courier->hook().name] {
      if (!why.empty()) return reply.fail(JCT_E_FAULT, command::error(why));
      Poco::JSON::Object object;
      object.set("delivered", hook);
      reply.ok(command::text(object));
    });
  }

  Host& host_;
  std::mutex mutex_;
  const size_t queue_;
  Fill queue_fill_;
  std::vector<std::unique_ptr<Way>> ways_;
};

}  // namespace
}  // namespace junctor::webhook

JUNCTOR_PLUGIN(junctor::webhook::WebhookPlugin, "webhook", "events of the server to others, by signed POST")
