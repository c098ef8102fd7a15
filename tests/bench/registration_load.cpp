// SPDX-License-Identifier: Apache-2.0
#include "registration_load.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "heartbeat_load.hpp"
#include "wire/kinds.hpp"

namespace junctor::bench {
namespace {

constexpr wire::Millis kPatience{2000};  // a disk may take its time
// Beside the ids of the peers that are stored, in no order, as clients choose theirs: an index has no easy end to
// append to.
constexpr uint64_t kFirstId = 2'000'000'000;
constexpr uint64_t kIds = 1'000'000'000;
constexpr uint64_t kStep = 618'033'989;  // shares no factor with kIds

std::string id_of(uint64_t number) { return std::to_string(kFirstId + number * kStep % kIds); }

}  // namespace

RegistrationLoad::RegistrationLoad(const wire::Address& server) : socket_{datagrams_to(server)} {
  hbb::RegisterPk message;
  message.set_id(id_of(0));
  message.set_uuid(std::string(16, 'u'));
  message.set_pk(std::string(32, 'p'));
  message_ = wire::wrap_message(message);
  id_at_ = message_.find(message.id());
  uuid_at_ = message_.find(message.uuid());
  pk_at_ = message_.find(message.pk());
}

void RegistrationLoad::send(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const std::string id = id_of(++number_);
    message_.replace(id_at_, id.size(), id);
    message_.replace(uuid_at_, id.size(), id);
    message_.replace(pk_at_, id.size(), id);
    out_.put(i, message_);
  }
  count_.sent += out_.send(socket_.fd(), count);
}

size_t RegistrationLoad::receive() {
  const size_t got = in_.receive(socket_.fd(), MSG_DONTWAIT);
  for (size_t i = 0; i < got; ++i) {
    hbb::RendezvousMessage answer;
    const std::string_view bytes = in_.received(i);
    if (!answer.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !answer.has_register_pk_response() ||
        answer.register_pk_response().result() != hbb::RegisterPkResponse::OK) {
      throw std::runtime_error{"a registration was refused with " +
                               std::to_string(answer.register_pk_response().result())};
    }
  }
  count_.confirmed += got;
  return got;
}

RegistrationCount RegistrationLoad::saturate(size_t window, Seconds time) {
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = after(time);
  for (size_t sent = 0; sent < window; sent += UdpBatch::kCount) send(UdpBatch::kCount);
  while (Clock::now() < end && socket_.wait_readable(wire::Deadline{kPatience})) send(receive());
  while (count_.confirmed < count_.sent && socket_.wait_readable(wire::Deadline{kPatience})) receive();
  count_.seconds = seconds_since(begin);
  if (count_.confirmed == 0) throw std::runtime_error{"no registration was confirmed"};
  return std::exchange(count_, {});
}

std::vector<double> RegistrationLoad::one_by_one(Seconds time) {
  std::vector<double> times;
  const Clock::time_point end = after(time);
  for (Clock::time_point begin = Clock::now(); begin < end; begin = Clock::now()) {
    send(1);
    if (!socket_.wait_readable(wire::Deadline{kPatience})) throw std::runtime_error{"a registration is not answered"};
    receive();
    times.push_back(micros_since(begin));
  }
  count_ = {};
  return times;
}

}  // namespace junctor::bench
