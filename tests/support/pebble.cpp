// SPDX-License-Identifier: Apache-2.0
#include "support/pebble.hpp"

#include <unistd.h>

#include <stdexcept>

#include "support/clients.hpp"

namespace junctor::testing {
namespace {

constexpr const char* kPebble = "/usr/bin/pebble";
constexpr const char* kNames = "/usr/bin/pebble-challtestsrv";

std::string here(int port) { return "127.0.0.1:" + std::to_string(port); }

std::string configuration(const PebbleShape& shape, uint16_t base, const std::string& dir) {
  return R"({"pebble":{"listenAddress":":)" + std::to_string(base) + R"(","managementListenAddress":")" +
         here(base + 1) + R"(","certificate":")" + dir + R"(/ca.pem","privateKey":")" + dir +
         R"(/key.pem","httpPort":)" + std::to_string(shape.http_port) +
         ",\"tlsPort\":" + std::to_string(shape.tls_port) + R"(,"ocspResponderURL":"","certificateValidityPeriod":)" +
         std::to_string(shape.life) +
         ",\"externalAccountBindingRequired\":" + (shape.wants_binding ? "true" : "false") +
         R"(,"externalAccountMACKeys":{"kid-1":")" + Pebble::kBindingKey + "\"}}}\n";
}

}  // namespace

bool Pebble::is_installed() { return ::access(kPebble, X_OK) == 0 && ::access(kNames, X_OK) == 0; }

Pebble::Pebble(const PebbleShape& shape) : shape_{shape} {
  const Certificate own = make_certificate("localhost");
  dir_.write("ca.pem", own.certificate);
  dir_.write("key.pem", own.key);
  dir_.write("pebble.json", configuration(shape_, ports_.base(), dir_.path()));
  names_ =
      std::make_unique<Process>(std::vector<std::string>{kNames, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
                                                         "-dns01", here(ports_.base() + 2), "-http01", "", "-https01",
                                                         "", "-tlsalpn01", "", "-management", here(ports_.base() + 3)},
                                dir_.file("names.out"), dir_.file("names.err"));
  start();
}

void Pebble::start() {
  const std::string always = shape_.checks ? "0" : "1";
  process_ = std::make_unique<Process>(
      std::vector<std::string>{"env", "PEBBLE_VA_NOSLEEP=1", "PEBBLE_VA_ALWAYS_VALID=" + always, "PEBBLE_AUTHZREUSE=0",
                               "PEBBLE_WFE_NONCEREJECT=" + std::to_string(shape_.refused_nonces), kPebble, "-config",
                               dir_.file("pebble.json"), "-strict", "-dnsserver", here(ports_.base() + 2)},
      dir_.file("out"), dir_.file("err"));
  eventually([&] { return !process_->running() || LineClient::try_connect("127.0.0.1", ports_.base()); });
  if (!process_->running()) {
    throw std::runtime_error{"pebble has ended:\n" + read_file(dir_.file("out")) + read_file(dir_.file("err"))};
  }
}

}  // namespace junctor::testing
