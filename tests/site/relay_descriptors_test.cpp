// SPDX-License-Identifier: Apache-2.0
// A relay and a ws_bridge that run out of file descriptors: running sessions go on, the log says so in few words, and
// with the first that end new ones are served again. One thread.
#include <doctest/doctest.h>

#include <deque>
#include <sstream>
#include <thread>

#include "party.hpp"
#include "support/descriptors.hpp"

namespace junctor::site {
namespace {

using testing::eventually;
using testing::kNeedsDescriptors;

testing::ServerOptions few_descriptors() {
  testing::ServerOptions options;
  options.wrapper = {"prlimit", "--nofile=120:120"};
  return options;
}

int lines_with(const std::string& log, const std::string& text) {
  std::istringstream lines{log};
  int count = 0;
  for (std::string line; std::getline(lines, line);) count += line.find(text) != std::string::npos ? 1 : 0;
  return count;
}

/// First sides that wait, as many as the server takes and some more; false entries have been shed.
void flood(const FourWays& ways, Transport transport, const std::string& name, std::deque<Party>& out) {
  for (int i = 0; i < 150; ++i) {
    try {
      out.emplace_back(ways, transport, "127.0.0.4");
      out.back().greet(ways, name + std::to_string(i));
    } catch (const wire::ClientError&) {
      continue;  // not even connected
    }
  }
}

bool served(const FourWays& ways, const std::string& uuid, Transport of_a, Transport of_b) {
  try {
    return Pair{ways, uuid, of_a, of_b}.talk();
  } catch (const wire::ClientError&) {
    return false;
  }
}

TEST_CASE("out of descriptors, the relay and ws_bridge shed who comes, carry who is there, and recover" *
          doctest::skip(kNeedsDescriptors)) {
  FourWays ways{"", "", few_descriptors()};
  ways.start();
  Pair tcp{ways, "tcp", Transport::kTcp, Transport::kTcp}, ws{ways, "ws", Transport::kWs, Transport::kTcp},
      wss{ways, "wss", Transport::kWss, Transport::kTls};
  const std::string word(200'000, 'w');
  int round = 0;
  for (const Transport transport : {Transport::kTcp, Transport::kWs}) {
    std::deque<Party> crowd;
    const std::string name = std::string{name_of(transport)} + "-flood-";
    const int64_t shed = ways.network("shed");
    flood(ways, transport, name, crowd);
    CHECK(eventually([&] { return ways.network("shed") > shed; }));
    for (Pair* pair : {&tcp, &ws, &wss}) CHECK(pair->talk(word));
    const double cpu = ways.server().cpu_seconds();
    std::this_thread::sleep_for(Millis{500});
    CHECK(ways.server().cpu_seconds() - cpu < 0.2 * testing::test_scale());
    crowd.clear();
    // Who comes while the last of them are being closed may still be shed.
    CHECK(eventually([&] { return served(ways, name + std::to_string(++round), transport, Transport::kTcp); },
                     Millis{20'000}));
    for (Pair* pair : {&tcp, &ws, &wss}) CHECK(pair->talk(word));
  }
  // The server looks once a second, and says more only after a minute.
  CHECK(eventually([&] { return lines_with(ways.server().log(), "event=net.out_of_descriptors") >= 1; }));
  const int lines = lines_with(ways.server().log(), "event=net.out_of_descriptors");
  MESSAGE(ways.network("shed"), " connections were shed, in ", lines, " lines");
  CHECK(lines <= 3);
}

}  // namespace
}  // namespace junctor::site
