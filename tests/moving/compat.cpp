// SPDX-License-Identifier: Apache-2.0
#include "compat.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace junctor::moving {

using testing::patient;
using testing::read_file;

Compat::Compat(const std::string& program, const testing::TempDir& dir, const std::vector<std::string>& words,
               const std::vector<std::string>& environment)
    : log_file_{dir.file(program + ".log")} {
  std::vector<std::string> argv{"env", "-C", dir.path()};
  argv.insert(argv.end(), environment.begin(), environment.end());
  argv.insert(argv.end(), {JUNCTOR_TEST_COMPAT, program});
  argv.insert(argv.end(), words.begin(), words.end());
  argv.insert(argv.end(), {"--set", std::string{"kernel.plugin_dir="} + JUNCTOR_TEST_PLUGINS});
  process_ = std::make_unique<testing::Process>(argv, dir.file(program + ".out"), log_file_);
}

Compat::~Compat() {
  process_->signal(SIGTERM);
  if (!process_->wait(testing::Millis{500})) process_->signal(SIGTERM);
  process_->wait();
  const std::string text = log();
  for (const char* report :
       {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", ": runtime error:"}) {
    if (text.find(report) == std::string::npos) continue;
    std::fprintf(stderr, "the server has left a report:\n%s\n", text.c_str());
    std::_Exit(1);
  }
}

bool Compat::ready() {
  const auto is_ready = [this] { return log().find("event=server.ready") != std::string::npos; };
  testing::eventually([&] { return is_ready() || !process_->running(); });
  return is_ready() && process_->running();
}

std::string Compat::log() const { return read_file(log_file_); }

namespace {

std::vector<std::string> with_port(std::vector<std::string> words, int port) {
  words.insert(words.end(), {"-p", std::to_string(port)});
  return words;
}

}  // namespace

Pair::Pair(const Told& told) {
  hbbs_ = std::make_unique<Compat>("hbbs", dir_, with_port(told.hbbs, ports_.base()), told.environment);
  hbbr_ = std::make_unique<Compat>("hbbr", dir_, with_port(told.hbbr, ports_.base() + 1), told.environment);
  if (!hbbs_->ready()) throw std::runtime_error{"hbbs is not ready:\n" + hbbs_->log()};
  if (!hbbr_->ready()) throw std::runtime_error{"hbbr is not ready:\n" + hbbr_->log()};
}

wire::Address Pair::at(int offset) const {
  return site::ip("127.0.0.1").with_port(static_cast<uint16_t>(ports_.base() + offset));
}

std::string Pair::key() const { return read_file(dir_.file("id_ed25519.pub")); }

bool is_open(const wire::Address& address) {
  try {
    wire::TcpClient::connect(address, {});
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

namespace {

wire::TcpClient dial(const wire::Address& address, const std::string& from) {
  wire::TcpClient::Options options;
  options.local = site::ip(from);
  options.timeout = patient(wire::kPatience);
  return wire::TcpClient::connect(address, options);
}

void answer_push(const wire::Address& server, const wire::Peer& b, const hbb::PunchHole& push) {
  hbb::PunchHoleSent sent;
  sent.set_id(b.id);
  sent.set_socket_addr(push.socket_addr());
  sent.set_relay_server(push.relay_server());
  sent.set_version("1.3.8");
  dial(server, "127.0.0.3").send(sent);
}

}  // namespace

Exchange connect(const wire::Address& server, const std::string& key) {
  Exchange result;
  const wire::Peer b = wire::Peer::make();
  wire::UdpClient socket{site::ip("127.0.0.3")};
  if (wire::register_peer(socket, server, b, patient(wire::kPatience)) != hbb::RegisterPkResponse::OK) return result;
  wire::TcpClient a = dial(server, "127.0.0.2");
  hbb::PunchHoleRequest request;
  request.set_id(b.id);
  request.set_nat_type(hbb::ASYMMETRIC);
  request.set_licence_key(key);
  a.send(request);
  // Without the key nothing is pushed: then A's answer is there at once.
  if (const auto push = socket.receive(testing::Millis{500})) {
    result.push = push->message;
    if (result.push.has_punch_hole()) answer_push(server, b, result.push.punch_hole());
  }
  if (const auto answer = a.receive(patient(wire::kPatience))) result.answer = *answer;
  const auto open = wire::parse_public_key(key);
  const auto id = open ? wire::open_id_pk(*open, result.answer.punch_hole_response().pk()) : std::nullopt;
  if (id && id->id == b.id) result.signed_id = id->id;
  return result;
}

bool relays(const wire::Address& relay, const std::string& key, const std::string& uuid) {
  const auto side = [&](const std::string& from, const std::string& id) {
    wire::TcpClient client = dial(relay, from);
    hbb::RequestRelay request;
    request.set_uuid(uuid);
    request.set_licence_key(key);
    request.set_id(id);
    client.send(request);
    client.send_raw(from);
    return client;
  };
  try {
    wire::TcpClient a = side("127.0.0.2", "123456789");
    wire::TcpClient b = side("127.0.0.3", "");
    const auto patience = patient(wire::kPatience);
    return a.receive_exactly(9, patience) == "127.0.0.3" && b.receive_exactly(9, patience) == "127.0.0.2";
  } catch (const std::exception&) {
    return false;  // closed
  }
}

}  // namespace junctor::moving
