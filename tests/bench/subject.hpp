// SPDX-License-Identifier: Apache-2.0
// What is measured, seen from outside: a relay or a baseline that joins two connections. Values; the generator's
// threads.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "wire/client.hpp"

namespace junctor::bench {

enum class Transport { kTcp, kWebSocket };

/// The kinds of a session's two sides. Load goes from A to B.
struct Kinds {
  Transport a = Transport::kTcp;
  Transport b = Transport::kTcp;
};

/// What `side` of such a session has to send so that `payload` arrives, and what its partner then sees of it.
std::string sent_form(Transport side, Transport partner, std::string_view payload);
std::string seen_form(Transport side, Transport partner, std::string_view payload);

struct Session {
  wire::TcpClient a;
  wire::TcpClient b;
};

struct Subject {
  std::string name;  ///< "junctor", "splice"
  wire::Address tcp;
  wire::Address web_socket;  ///< none where there is none
  std::string path = "/";    ///< of the upgrade
  std::string key;
  bool greets = true;        ///< a relay hears RequestRelay first; a baseline joins as they come
  std::optional<pid_t> pid;  ///< where its cost can be seen

  /// User and system time of the whole process; 0 where it cannot be seen.
  double cpu_seconds() const;
  /// RssAnon: what it has asked for itself.
  size_t memory_bytes() const;

  /// What the two sides send first, before anything is answered.
  std::string greeting(const std::string& uuid, bool controlling) const;
  /// Joined: a word has passed each way. Throws where it does not.
  Session open(Kinds kinds = {}) const;
  std::vector<Session> open_many(size_t count, Kinds kinds = {}) const;
};

}  // namespace junctor::bench
