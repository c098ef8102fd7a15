// SPDX-License-Identifier: Apache-2.0
// Which strategy applies, and what heartbeats carry (accounts.md 6), on a device that behaves as clients do.
#include "accounts/model/strategies.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <map>
#include <random>

namespace junctor::accounts {
namespace {

constexpr int64_t kNow = 1'767'571'200'000;

Strategy strategy(Ref ref, uint32_t revision, StrategyOptions options, bool enabled = true) {
  Strategy out;
  out.ref = ref;
  out.revision = revision;
  out.enabled = enabled;
  out.set_options(std::move(options));
  return out;
}

/// A client: merges what comes, an empty value drops the key, and keeps the stamp.
struct Device {
  std::map<std::string, std::string> settings;
  int64_t stamp = 0;

  void take(const std::optional<Delivery>& delivery) {
    if (!delivery) return;
    for (const auto& [key, value] : delivery->options) {
      if (value.empty())
        settings.erase(key);
      else
        settings[key] = value;
    }
    stamp = delivery->modified_at;
  }
};

TEST_CASE("one strategy only: the table of accounts.md 6.1") {
  const Strategy on = strategy(1, 1, {}), off = strategy(2, 1, {}, false), fallback = strategy(3, 1, {});
  const Strategy* levels[] = {nullptr, &on, &off};
  for (const Strategy* device : levels) {
    for (const Strategy* owner : levels) {
      for (const Strategy* group : levels) {
        const Strategy* winner = device ? device : owner ? owner : group ? group : &fallback;
        CHECK(effective_strategy(device, owner, group, &fallback) == (winner == &off ? nullptr : winner));
      }
    }
  }
  CHECK(effective_strategy(nullptr, nullptr, nullptr, &off) == nullptr);
  CHECK(effective_strategy(nullptr, nullptr, nullptr, nullptr) == nullptr);
}

TEST_CASE("where no strategy ever was neither key is sent, and the first stamp lies above the device's") {
  SentStrategy sent;
  CHECK_FALSE(deliver(sent, nullptr, 0, kNow, {}));
  CHECK_FALSE(deliver(sent, nullptr, kNow + 5'000, kNow, {}));
  CHECK(sent.stamp == 0);
  const Strategy first = strategy(1, 1, {{"enable-audio", "N"}});
  const auto delivery = deliver(sent, &first, kNow + 5'000, kNow, {});
  REQUIRE(delivery);
  CHECK(delivery->modified_at == kNow + 5'001);
  CHECK(delivery->options == StrategyOptions{{"enable-audio", "N"}});
}

TEST_CASE("it is sent until the device's stamp says that it came") {
  SentStrategy sent;
  const Strategy one = strategy(1, 1, {{"enable-audio", "N"}});
  const auto first = deliver(sent, &one, 0, kNow, {});
  REQUIRE(first);
  CHECK(sent.waiting());
  const auto again = deliver(sent, &one, 0, kNow + 15'000, {});
  REQUIRE(again);
  CHECK(again->modified_at == first->modified_at);
  CHECK_FALSE(deliver(sent, &one, first->modified_at, kNow + 30'000, {}));
  CHECK_FALSE(sent.waiting());
  CHECK(deliver(sent, &one, 0, kNow + 45'000, {}));  // the device was reset
}

TEST_CASE("the stamp rises with each change of the effective strategy, back to an older one and to none too") {
  const Strategy a = strategy(1, 1, {{"enable-audio", "N"}}), b = strategy(2, 2, {{"enable-audio", "N"}});
  Strategy edited = a;
  edited.revision = 3;
  SentStrategy sent;
  Device device;
  int64_t last = 0;
  const Strategy* history[] = {&a, &b, &a, nullptr, &a, &edited};
  for (const Strategy* effective : history) {
    const auto delivery = deliver(sent, effective, device.stamp, kNow, {});  // all in one millisecond
    REQUIRE(delivery);
    CHECK(delivery->modified_at > last);
    last = delivery->modified_at;
    device.take(delivery);
    CHECK_FALSE(deliver(sent, effective, device.stamp, kNow, {}));
  }
}

TEST_CASE("a key that leaves goes out empty, until it is received, and once") {
  const Strategy both = strategy(1, 1, {{"enable-audio", "N"}, {"enable-tunnel", "N"}});
  const Strategy less = strategy(1, 2, {{"enable-audio", "N"}});
  SentStrategy sent;
  Device device;
  device.take(deliver(sent, &both, 0, kNow, {}));
  deliver(sent, &both, device.stamp, kNow, {});
  const StrategyOptions released{{"enable-audio", "N"}, {"enable-tunnel", ""}};
  CHECK(deliver(sent, &less, device.stamp, kNow + 1, {})->options == released);  // the answer is lost
  const auto again = deliver(sent, &less, device.stamp, kNow + 2, {});
  CHECK(again->options == released);
  device.take(again);
  CHECK_FALSE(deliver(sent, &less, device.stamp, kNow + 3, {}));
  CHECK(deliver(sent, &less, 0, kNow + 4, {})->options == StrategyOptions{{"enable-audio", "N"}});
}

TEST_CASE("a key of a strategy that was replaced before its receipt is released all the same") {
  const Strategy a = strategy(1, 1, {{"enable-audio", "N"}}), b = strategy(2, 2, {{"enable-tunnel", "N"}});
  SentStrategy sent;
  Device device;
  device.take(deliver(sent, &a, 0, kNow, {}));  // applied, but the server does not know yet
  device.take(deliver(sent, &b, device.stamp, kNow + 1, {}));
  CHECK(device.settings == std::map<std::string, std::string>{{"enable-tunnel", "N"}});
}

TEST_CASE("with on_release = keep nothing is cleared") {
  const Strategy a = strategy(1, 1, {{"enable-audio", "N"}});
  SentStrategy sent;
  DeliveryPolicy policy;
  policy.on_release = OnRelease::kKeep;
  Device device;
  device.take(deliver(sent, &a, 0, kNow, policy));
  const auto none = deliver(sent, nullptr, device.stamp, kNow + 1, policy);
  REQUIRE(none);
  CHECK(none->options.empty());
}

TEST_CASE("an enforced strategy comes again every five minutes with the same stamp") {
  Strategy one = strategy(1, 1, {{"enable-audio", "N"}});
  one.enforce = true;
  SentStrategy sent;
  Device device;
  device.take(deliver(sent, &one, 0, kNow, {}));
  CHECK_FALSE(deliver(sent, &one, device.stamp, kNow + 299'999, {}));
  const auto again = deliver(sent, &one, device.stamp, kNow + 300'000, {});
  REQUIRE(again);
  CHECK(again->modified_at == device.stamp);
  CHECK(again->options == one.options);
  CHECK_FALSE(deliver(sent, &one, device.stamp, kNow + 315'000, {}));
}

TEST_CASE("no claim of a device breaks the stamps") {
  for (const int64_t claim : {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min(), int64_t{-1}}) {
    SentStrategy sent;
    const Strategy one = strategy(1, 1, {{"enable-audio", "N"}});
    const auto delivery = deliver(sent, &one, claim, kNow, {});
    REQUIRE(delivery);
    CHECK(delivery->modified_at == kNow);
  }
}

TEST_CASE(
    "on random histories with lost answers the device ends with the effective strategy and nothing else of ours") {
  const char* given = std::getenv("JUNCTOR_SEED");
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 dice{seed};
  for (int round = 0; round < 2000; ++round) {
    SentStrategy sent;
    Device device;
    Strategy effective;
    bool any = false;
    int64_t now = kNow, last = 0;
    for (uint32_t step = 0; step < 20; ++step) {
      now += static_cast<int64_t>(dice() % 3);
      if (dice() % 3 == 0) {
        any = dice() % 4 != 0;
        StrategyOptions options;
        for (const char* key : {"a", "b", "c"}) {
          if (dice() % 2) options.emplace_back(key, dice() % 3 ? "v" : "");
        }
        effective = strategy(static_cast<Ref>(1 + dice() % 3), step + 1, std::move(options));
      }
      const auto delivery = deliver(sent, any ? &effective : nullptr, device.stamp, now, {});
      REQUIRE(sent.stamp >= last);
      last = sent.stamp;
      if (dice() % 3 != 0) device.take(delivery);
    }
    device.take(deliver(sent, any ? &effective : nullptr, device.stamp, now, {}));
    REQUIRE_FALSE(deliver(sent, any ? &effective : nullptr, device.stamp, now, {}));
    std::map<std::string, std::string> wanted;
    for (const auto& [key, value] : effective.options) {
      if (any && !value.empty()) wanted[key] = value;
    }
    REQUIRE(device.settings == wanted);
  }
}

}  // namespace
}  // namespace junctor::accounts
