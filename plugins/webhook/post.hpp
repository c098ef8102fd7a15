// SPDX-License-Identifier: Apache-2.0
// One event to one server, by POST. Blocks; any thread that may.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "hooks.hpp"
#include "letter.hpp"

namespace junctor::webhook {

/// Why it did not go, in words.
class Failed : public std::runtime_error {
 public:
  Failed(const std::string& why, bool whether) : std::runtime_error{why}, again{whether} {}
  const bool again;  ///< is it worth another try?
};

/// `opened` gets the socket as soon as there is one, so that another thread may shut it. Throws Failed. `now`: Unix
/// seconds, for the signature.
void post(const Hook& hook, const Letter& letter, int64_t now,
          const std::function<void(const Poco::Net::StreamSocket&)>& opened);

}  // namespace junctor::webhook
