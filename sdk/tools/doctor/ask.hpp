// SPDX-License-Identifier: Apache-2.0
// Connecting and asking one question, with what went wrong as a value. One thread at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tools/doctor/observations.hpp"

namespace junctor::tools::doctor {

class Stopwatch {
 public:
  Millis took() const { return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start_); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Dialled {
  PortSeen seen;
  std::optional<wire::TcpClient> client;  ///< where seen.error is 0
};

Dialled dial(const Address& server, Millis patience, const std::optional<Address>& local = std::nullopt);

struct Answer {
  std::optional<hbb::RendezvousMessage> message;
  std::string error;  ///< why there is none
  Millis took{0};
};

/// The next message; how the connection ended where none comes.
Answer await(wire::TcpClient& client, Millis patience);

template <class T>
Answer ask(wire::TcpClient& client, const T& question, Millis patience) {
  const Stopwatch watch;
  Answer answer;
  try {
    client.send(question);
    answer = await(client, patience);
  } catch (const wire::ClientError& error) {
    answer.error = error.what();
  }
  answer.took = watch.took();
  return answer;
}

/// On a connection of its own.
template <class T>
Answer ask(const Address& server, const T& question, Millis patience) {
  Dialled dialled = dial(server, patience);
  if (!dialled.client) return {std::nullopt, "cannot connect to " + server.text(), dialled.seen.took};
  return ask(*dialled.client, question, patience);
}

}  // namespace junctor::tools::doctor
