// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/ask.hpp"

#include <cerrno>
#include <utility>

namespace junctor::tools::doctor {

Dialled dial(const Address& server, Millis patience, const std::optional<Address>& local) {
  const Stopwatch watch;
  Dialled dialled;
  dialled.seen.address = server;
  try {
    wire::Socket socket = wire::Socket::open(server.family, wire::Transport::kTcp);
    if (local) socket.bind(*local);
    dialled.seen.error = socket.connect(server, wire::Deadline{patience});
    if (dialled.seen.error == 0) dialled.client.emplace(std::move(socket), server);
  } catch (const wire::ClientError&) {
    dialled.seen.error = errno != 0 ? errno : EAFNOSUPPORT;  // a family that this machine lacks
  }
  dialled.seen.took = watch.took();
  return dialled;
}

Answer await(wire::TcpClient& client, Millis patience) {
  const Stopwatch watch;
  Answer answer;
  try {
    answer.message = client.receive(patience);
    if (!answer.message) {
      answer.error = client.end() == wire::TcpClient::End::kNotYet ? "no answer" : "the connection was closed instead";
    }
  } catch (const wire::ClientError& error) {
    answer.error = error.what();
  }
  answer.took = watch.took();
  return answer;
}

}  // namespace junctor::tools::doctor
