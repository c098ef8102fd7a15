// SPDX-License-Identifier: Apache-2.0
#include "population.hpp"

namespace junctor::soak {

namespace {

using Clock = std::chrono::steady_clock;
using State = Member::State;
using testing::patient;

/// A client repeats its request after 3 s (protocol.md 6.4): what a reload drops is asked again.
constexpr wire::Millis kRepeat{3000};
constexpr int kTries = 3;
/// A closed connection is known to the server a moment later.
constexpr wire::Millis kGrace{2000};

}  // namespace

Population::Population(Site& site, int size, uint32_t seed, wire::Millis online_timeout)
    : site_{site}, online_timeout_{online_timeout}, random_{seed}, key_{site.key()} {
  for (int i = 0; i < size; ++i) all_.push_back(std::make_unique<Member>(site, i));
}

Member& Population::anybody() { return *all_[random_() % all_.size()]; }

void Population::step() {
  Member& member = anybody();
  const bool elsewhere = random_() % 2 == 0;
  switch (random_() % 12) {
    case 0:
      ++tally_.moved;
      return member.go_udp(elsewhere);
    case 1:
      ++tally_.moved;
      return member.go_tcp(elsewhere);
    case 2:
      return member.reconnect();
    case 3:
      ++tally_.left;
      return member.leave();
    default:
      return connect_to(member);
  }
}

void Population::live() {
  for (const auto& member : all_) member->live();
}

int Population::expected(const Member& member) const {
  const auto age = Clock::now() - member.since();
  switch (member.state()) {
    case State::kNever:
      return 0;
    case State::kUdp:
    case State::kTcp:
      return 1;
    case State::kFading:
      return age > online_timeout_ + kGrace ? 0 : -1;
    case State::kGone:
      return age > kGrace ? 0 : -1;
  }
  return -1;
}

/// What A is told in the end.
hbb::RendezvousMessage Population::ask(wire::TcpClient& a, Member& b) {
  hbb::PunchHoleRequest request;
  request.set_id(b.id());
  request.set_licence_key(key_);
  request.set_nat_type(hbb::ASYMMETRIC);
  for (int i = 0; i < kTries; ++i) {
    if (i > 0) ++tally_.repeated;
    a.send(request);
    if (b.is_reachable()) {
      const auto push = b.await_push(patient(kRepeat));
      if (!push) {
        if (const auto refusal = a.receive(wire::Millis{0})) {
          throw Fault{b.id() + ": is reachable and was refused: " + refusal->punch_hole_response().other_failure() +
                      ", failure " + std::to_string(refusal->punch_hole_response().failure())};
        }
        continue;
      }
      b.answer(*push);
    }
    if (const auto answer = a.receive(patient(kRepeat))) return *answer;
  }
  throw Fault{b.id() + (b.is_reachable() ? ": a push was lost" : ": a request was not answered")};
}

void Population::connect_to(Member& b) {
  const int online = expected(b);
  if (online < 0) return;
  b.live();
  wire::TcpClient a = site_.dial("127.40.0." + std::to_string(1 + random_() % 250));
  const auto answer = ask(a, b);
  if (!answer.has_punch_hole_response()) throw Fault{b.id() + ": another answer came"};
  const hbb::PunchHoleResponse& told = answer.punch_hole_response();
  const bool connected = !told.socket_addr().empty();
  if (connected != (online == 1)) {
    throw Fault{b.id() + (connected ? ": was connected to while offline" : ": is online and was refused, failure ") +
                std::to_string(told.failure()) + " " + told.other_failure()};
  }
  ++(connected ? tally_.connected : tally_.refused);
}

void Population::check_states() {
  wire::TcpClient client = site_.dial("127.40.1.1", -1);
  hbb::OnlineRequest request;
  std::vector<int> wanted;
  for (const auto& member : all_) {
    request.add_peers(member->id());
    wanted.push_back(expected(*member));
  }
  client.send(request);
  const auto answer = client.receive(patient(wire::kPatience));
  if (!answer) throw Fault{"an online query was not answered"};
  const std::string& states = answer->online_response().states();
  for (size_t i = 0; i < all_.size(); ++i) {
    const int online = static_cast<uint8_t>(states.at(i / 8)) >> (7 - i % 8) & 1;
    if (wanted[i] >= 0 && online != wanted[i]) {
      throw Fault{all_[i]->id() + (online == 1 ? ": is shown online" : ": is shown offline")};
    }
    ++tally_.states;
  }
}

}  // namespace junctor::soak
