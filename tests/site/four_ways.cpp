// SPDX-License-Identifier: Apache-2.0
// A site that relays over TCP, TLS, WS and WSS, each on a listener of its own. One thread.
#include "party.hpp"

#include <filesystem>
#include <iterator>
#include <utility>

#include "support/certificate.hpp"

namespace junctor::site {

const char* name_of(Transport transport) {
  static constexpr const char* kNames[] = {"TCP", "TLS", "WS", "WSS"};
  return kNames[static_cast<size_t>(transport)];
}

FourWays::FourWays(const std::string& relay, const std::string& ws_bridge, testing::ServerOptions options)
    : site_{"", std::move(options)} {
  configure(relay, ws_bridge);
  certify("first.example");
}

void FourWays::configure(const std::string& relay, const std::string& ws_bridge, const std::string& ws_listen) {
  // Well below the patience of the tests.
  const std::string tls = "handshake_timeout = \"2s\", tls = { certificate = \"c.pem\", key = \"k.pem\" }";
  const std::string more = ws_listen.empty() ? "" : ", " + ws_listen;
  server().conf("90-test", "[relay]\nlisten = [\":P+1\", { address = \":P-2\", " + tls + " }]\n" + relay +
                               "[ws_bridge]\nlisten = []\nlisten_relay = [{ address = \":P+3\"" + more +
                               " }, { address = \":P+2\", " + tls + more + " }]\n" + ws_bridge);
}

void FourWays::certify(const std::string& name) {
  const testing::Certificate pair = testing::make_certificate(name);
  server().files().write("data/c.pem", pair.certificate);
  server().files().write("data/k.pem", pair.key);
}

void FourWays::start() {
  site_.start();
  if (key_.empty()) key_ = site_.key();
}

wire::Address FourWays::at(Transport transport) const {
  static constexpr int kOffsets[] = {1, -2, 3, 2};
  return site_.at(kOffsets[static_cast<size_t>(transport)]);
}

int64_t FourWays::network(const std::string& counter) {
  return server().ctl("status").object()->getObject("network")->getValue<int64_t>(counter);
}

bool FourWays::idle() {
  return site_.metric("relay", "sessions") == 0 && site_.metric("relay", "waiting") == 0 &&
         site_.metric("ws_bridge", "connections", "for=relay") == 0 && network("streams_open") == 0 &&
         network("bridges_open") == 0;
}

size_t FourWays::descriptors() {
  const std::filesystem::directory_iterator all{"/proc/" + std::to_string(server().pid()) + "/fd"};
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

}  // namespace junctor::site
