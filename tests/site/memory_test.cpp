// SPDX-License-Identifier: Apache-2.0
// A server that gets no more memory from the system: it says so and ends, and the next start serves what was
// acknowledged.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <deque>
#include <fstream>

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

rlim_t address_space(pid_t pid) {
  std::ifstream statm{"/proc/" + std::to_string(pid) + "/statm"};
  rlim_t pages = 0;
  statm >> pages;
  return pages * 4096;
}

/// No more than it has now.
void close_the_tap(pid_t pid) {
  const rlimit limit{address_space(pid), RLIM_INFINITY};
  REQUIRE(::prlimit(pid, RLIMIT_AS, &limit, nullptr) == 0);
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
  REQUIRE(site.server().wait_exit() == 3);
  CHECK(site.server().log_has("event=server.out_of_memory", "hint="));

  site.start();
  CHECK(device.beat(site) == false);
  CHECK(connects(site, device));
}

}  // namespace
}  // namespace junctor::site
