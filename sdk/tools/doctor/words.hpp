// SPDX-License-Identifier: Apache-2.0
// Words that several of doctor's judgements share. Pure, any thread.
#pragma once

#include <string>

#include "tools/doctor/check.hpp"
#include "tools/doctor/observations.hpp"
#include "wire/host_port.hpp"

namespace junctor::tools::doctor {

using wire::is_private;

/// A name that is meant for the internet, by its looks.
bool is_public_name(const std::string& host);

enum class Reach { kOpen, kRefused, kTimeout, kUnreachable, kForbidden, kOther };
Reach reach_of(int error);

/// "TCP 192.0.2.1:21116 refuses connections", ...
std::string reach_words(const PortSeen& seen);
/// Where to look when a TCP port cannot be reached. `what` serves there: "the relay".
std::string reach_hint(const PortSeen& seen, const std::string& what);

/// Why a registration was not taken, and what to do; empty where there is nothing to do.
struct Reason {
  Result result = Result::kFailed;
  std::string detail;
  std::string hint;
};
Reason registration_reason(RegisterResult result);

Check ok(std::string name, std::string detail);
Check warning(std::string name, std::string detail, std::string hint);
Check failed(std::string name, std::string detail, std::string hint);
Check skipped(std::string name, std::string why);
Check timed(Check check, Millis took);

}  // namespace junctor::tools::doctor
