// SPDX-License-Identifier: Apache-2.0
// A server that gets no more memory from the system: it says so and ends, and the next start serves what was
// acknowledged.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <deque>
#include <fstream>
#include <stdexcept>
#include <string>

#include "site.hpp"
#include "wire/frame.hpp"

namespace junctor::site {
namespace {

using testing::eventually;

// Sanitizers reserve address space of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

/// What it may write to. Its address space is no measure: malloc holds much of it that it has not used yet.
rlim_t data_bytes(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string word; status >> word;) {
    rlim_t kib = 0;
    if (word == "VmData:" && status >> kib) return kib * 1024;
  }
  throw std::runtime_error{"no VmData"};
}

/// No more than it has now.
void close_the_tap(pid_t pid) {
  const rlimit limit{data_bytes(pid), RLIM_INFINITY};
  REQUIRE(::prlimit(pid, RLIMIT_DATA, &limit, nullptr) == 0);
}

/// Connections that each have the server keep most of a message, until it ends or `most` are open.
void crowd(Site& site, int most) {
  std::deque<wire::TcpClient> all;
  std::string frame;
  wire::append_frame(std::string(60'000, 'x'), frame);
  frame.pop_back();
  for (int i = 0; i < most && site.server().running(); ++i) {
    auto client = wire::TcpClient::try_connect(site.at(), {{}, Millis{500}});
    if (!client) continue;
    try {
      client->send_raw(frame);
    } catch (const wire::ClientError&) {
      continue;
    }
    all.push_back(std::move(*client));
  }
}

TEST_CASE("without memory the server ends with a word, and the next start serves" * doctest::skip(kSanitized)) {
  Site site;
  site.start();
  Device device{site, "127.0.0.3"};
  close_the_tap(site.server().pid());
  crowd(site, 3000);
  const auto code = site.server().wait_exit();
  INFO("exit code " << code.value_or(-1) << ", log:\n" << site.server().log());
  REQUIRE(code == 3);
  CHECK(site.server().log_has("event=server.out_of_memory", "hint="));

  site.start();
  CHECK(device.beat(site) == false);
  CHECK(connects(site, device));
}

}  // namespace
}  // namespace junctor::site
