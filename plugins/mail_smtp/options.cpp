// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

namespace junctor::mail_smtp {
namespace {

int64_t seconds(Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); }

}  // namespace

Server read_server(const Config& config) {
  Server server;
  server.host = config[kHost];
  server.port = static_cast<uint16_t>(config[kPort]);
  const std::string security = config[kSecurity];
  server.security = security == "tls" ? Security::kTls : security == "none" ? Security::kNone : Security::kStartTls;
  server.account = config[kAccount];
  server.password = config[kPassword];
  server.ca_file = config[kCaFile];
  server.verify = config[kVerify];
  server.from = config[kFrom];
  server.from_name = config[kFromName];
  server.timeout = std::chrono::seconds{seconds(config[kTimeout])};
  if (!server.host.empty() && !is_address(server.from)) {
    throw Error{JCT_E_CONFIG, "from: expected the address that mails come from, such as junctor@example.org, got \"" +
                                  server.from + "\""};
  }
  if (!server.account.empty() && server.security == Security::kNone) {
    throw Error{JCT_E_CONFIG, "security: with an account the password would go in plain text: use starttls or tls"};
  }
  return server;
}

Outbox::Limits read_limits(const Config& config) {
  Outbox::Limits limits;
  limits.waiting = static_cast<size_t>(config[kQueue]);
  limits.each_hour = static_cast<size_t>(config[kEachHour]);
  limits.first_wait = seconds(config[kRetry]);
  limits.give_up = seconds(config[kGiveUp]);
  return limits;
}

}  // namespace junctor::mail_smtp
