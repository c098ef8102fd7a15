// SPDX-License-Identifier: Apache-2.0
// Shares a loop among the connections that have sent more than one turn of it may take. Lives on that loop.
#include "signalling/read_turns.hpp"

#include <utility>

namespace junctor::rendezvous {

/// The time of a loop stands still during a turn.
bool ReadTurns::has_room() {
  if (const Duration now = host_.now(); !posted_ && now != turn_) {
    turn_ = now;
    left_ = kPerTurn;
  }
  return left_ > 0;
}

void ReadTurns::enlist(Member& member, std::list<Member*>& queue) {
  leave(member);
  member.place_ = queue.insert(queue.end(), &member);
  member.queue_ = &queue;
}

void ReadTurns::leave(Member& member) {
  if (auto* queue = std::exchange(member.queue_, nullptr)) queue->erase(member.place_);
}

void ReadTurns::wait(Member& member) {
  enlist(member, waiting_);
  if (std::exchange(posted_, true)) return;
  host_.post(host_.current_loop(), [this] { next_turn(); });
}

void ReadTurns::hold(Member& member) {
  const bool first = held_.empty();
  enlist(member, held_);
  if (first) release_ = host_.after(kHold, [this] { let_on(held_, held_.size()); });
}

/// Who goes on finds the whole of the turn; who does not come to it waits again, behind the others.
void ReadTurns::next_turn() {
  posted_ = false;
  turn_ = host_.now();
  left_ = kPerTurn;
  let_on(waiting_, kPerTurn);
  if (waiting_.empty() || std::exchange(posted_, true)) return;
  host_.post(host_.current_loop(), [this] { next_turn(); });
}

void ReadTurns::let_on(std::list<Member*>& queue, size_t most) {
  for (; most > 0 && !queue.empty(); --most) {
    Member& member = *queue.front();
    leave(member);
    member.go_on();
  }
}

}  // namespace junctor::rendezvous
