// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/words.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace junctor::tools::doctor {

bool is_public_name(const std::string& host) {
  static constexpr std::array<const char*, 6> kInside{".local", ".lan", ".home", ".internal", ".arpa", ".localdomain"};
  if (wire::Address::parse_ip(host) || host.find('.') == std::string::npos) return false;
  return std::none_of(kInside.begin(), kInside.end(), [&](const std::string& end) { return host.ends_with(end); });
}

Reach reach_of(int error) {
  switch (error) {
    case 0:
      return Reach::kOpen;
    case ECONNREFUSED:
      return Reach::kRefused;
    case ETIMEDOUT:
      return Reach::kTimeout;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
      return Reach::kUnreachable;
    case EACCES:
    case EPERM:
      return Reach::kForbidden;
    default:
      return Reach::kOther;
  }
}

std::string reach_words(const PortSeen& seen) {
  const std::string at = "TCP " + seen.address.text();
  switch (reach_of(seen.error)) {
    case Reach::kOpen:
      return at + " is open";
    case Reach::kRefused:
      return at + " refuses connections";
    case Reach::kTimeout:
      return at + " does not answer";
    case Reach::kUnreachable:
      return "there is no way to " + seen.address.text() + " (" + std::strerror(seen.error) + ")";
    case Reach::kForbidden:
      return "this machine's own firewall forbids " + at;
    case Reach::kOther:
      break;
  }
  return at + ": " + std::strerror(seen.error);
}

std::string reach_hint(const PortSeen& seen, const std::string& what) {
  const std::string port = std::to_string(seen.address.port);
  switch (reach_of(seen.error)) {
    case Reach::kOpen:
      return "";
    case Reach::kRefused:
      return "The host is there, but nothing listens on TCP port " + port + ": " + what +
             " is not running, runs on another port, or a port forward leads to the wrong machine. On the server: "
             "ss -lnt | grep " +
             port + ".";
    case Reach::kTimeout:
      return "Something drops the packets: most often the server's firewall or its provider's (open TCP port " + port +
             "), a missing port forward, or a wrong address. A server that merely does not run would refuse at once.";
    case Reach::kUnreachable:
      return "No route leads there: check this machine's own network, and whether the name leads to the right address.";
    case Reach::kForbidden:
      return "Allow outgoing TCP to port " + port + " in this machine's firewall.";
    case Reach::kOther:
      break;
  }
  return "Check this machine's own network first.";
}

Reason registration_reason(RegisterResult result) {
  switch (result) {
    case hbb::RegisterPkResponse::OK:
      return {Result::kOk, "registered", ""};
    case hbb::RegisterPkResponse::UUID_MISMATCH:
    case hbb::RegisterPkResponse::ID_EXISTS:
    case hbb::RegisterPkResponse::INVALID_ID_FORMAT:
      return {Result::kFailed, "the server did not take the throw-away id",
              "It says that the id belongs to somebody else or is malformed, for a new id of letters, digits and '-'. "
              "Try again; if it stays, look into the server's log for the refusal."};
    case hbb::RegisterPkResponse::TOO_FREQUENT:
      return {
          Result::kFailed, "the server says that too many register from here",
          "A limit by address has been reached: many clients behind one address, or many tries. Wait a few minutes, "
          "or raise the limit on the server. Until then new clients from this address are locked out, too."};
    case hbb::RegisterPkResponse::NOT_SUPPORT:
      return {Result::kWarning, "the server does not take registrations this way", ""};
    case hbb::RegisterPkResponse::NOT_DEPLOYED:
      return {
          Result::kWarning, "the server admits only devices that its operator has approved (NOT_DEPLOYED)",
          "That is a setting of the site (admission), not a fault: the throw-away id was not admitted. What needs a "
          "registered device is skipped."};
    default:
      break;
  }
  return {Result::kFailed, "the server could not store the registration (SERVER_ERROR)",
          "Its database fails or a plugin does not answer: disk full, read-only or locked? See the server's log for "
          "storage.write_failed."};
}

Check ok(std::string name, std::string detail) {
  return {std::move(name), Result::kOk, std::nullopt, std::move(detail), ""};
}

Check warning(std::string name, std::string detail, std::string hint) {
  return {std::move(name), Result::kWarning, std::nullopt, std::move(detail), std::move(hint)};
}

Check failed(std::string name, std::string detail, std::string hint) {
  return {std::move(name), Result::kFailed, std::nullopt, std::move(detail), std::move(hint)};
}

Check skipped(std::string name, std::string why) {
  return {std::move(name), Result::kSkipped, std::nullopt, std::move(why), ""};
}

Check timed(Check check, Millis took) {
  check.ms = took.count();
  return check;
}

}  // namespace junctor::tools::doctor
