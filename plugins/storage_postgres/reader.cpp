// SPDX-License-Identifier: Apache-2.0
// The thread that reads. Its own thread; what it hands to the courier runs on the loops that asked.
#include "storage_postgres/reader.hpp"

#include <utility>

#include "storage_memory/scan_pages.hpp"

namespace junctor::storage::postgres {
namespace {

constexpr size_t kReads = 64;  // of one pipeline: each may answer with a page of a MiB

}  // namespace

Reader::Reader(const Target& target, const Settings& settings, KnownPeers& known, Courier& courier, Observer& observer,
               LinkObserver& links)
    : known_{known},
      courier_{courier},
      observer_{observer},
      queue_{std::make_shared<RequestQueue<Read>>(
          RequestQueue<Read>::Limits{settings.queue_requests, settings.queue_bytes})},
      attendant_{*queue_,
                 {target, "read", links, &ReadSession::prepare},
                 {[] { return kReads; }, [this](std::vector<Read>& batch) { serve(batch); },
                  [this](std::vector<Read>& batch, const Fault& fault) { fail(batch, fault); }}} {
  attendant_.start("pg-read");
}

Reader::~Reader() { close(); }

void Reader::close() {
  queue_->close();
  attendant_.join();
}

void Reader::push(Read read) {
  const Status status = queue_->push(read);
  if (status == Status::kOk) return;
  if (status == Status::kLimit) observer_.refused();
  const Loop loop = read.loop;
  courier_.deliver(loop, [refused = std::move(read), status]() mutable { refuse(refused, status); });
}

/// A read has no effect: with a connection that was lost it is asked again on a new one, once.
std::vector<Found> Reader::read(const std::vector<Read>& batch) {
  try {
    return ReadSession::read(attendant_.connection(), batch);
  } catch (const ConnectionLost& error) {
    attendant_.drop(error.fault());
    observer_.retried();
  }
  return ReadSession::read(attendant_.connection(), batch);
}

void Reader::serve(std::vector<Read>& batch) {
  const auto begin = std::chrono::steady_clock::now();
  const uint64_t age = known_.age();
  std::vector<Found> found;
  try {
    found = read(batch);
  } catch (const DatabaseError& error) {
    if (!keeps_connection(error.fault())) attendant_.drop(error.fault());
    return fail(batch, error.fault());
  }
  observer_.read(batch.size(), std::chrono::steady_clock::now() - begin);
  remember(batch, found, age);
  Answers answers;
  for (size_t i = 0; i < batch.size(); ++i) answer(batch[i], found[i], answers);
  answers.send(courier_);
}

void Reader::remember(const std::vector<Read>& batch, const std::vector<Found>& found, uint64_t age) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto* get = std::get_if<GetPeer>(&batch[i].what);
    if (get == nullptr) continue;
    const auto& peer = std::get<std::optional<Peer>>(found[i]);
    if (peer) {
      known_.read(*peer, age);
    } else {
      known_.read_nothing(get->id, age);
    }
  }
}

/// Peers that are known are answered all the same.
void Reader::fail(std::vector<Read>& batch, const Fault& fault) {
  size_t failed = 0;
  Answers answers;
  for (Read& read : batch) {
    const Loop loop = read.loop;
    if (const auto* get = std::get_if<GetPeer>(&read.what)) {
      if (auto peer = known_.find(get->id)) {
        Found found{std::move(peer)};
        answer(read, found, answers);
        continue;
      }
    }
    ++failed;
    answers.add(loop, [failed = std::move(read)]() mutable { refuse(failed, Status::kIo); });
  }
  if (failed > 0) observer_.read_failed(fault, failed);
  answers.send(courier_);
}

void Reader::answer(Read& read, Found& found, Answers& answers) {
  const Loop loop = read.loop;
  if (auto* get = std::get_if<GetPeer>(&read.what)) {
    answers.add(loop, [done = std::move(get->done), peer = std::move(std::get<std::optional<Peer>>(found))] {
      done(peer ? Status::kOk : Status::kNotFound, peer ? &*peer : nullptr);
    });
  } else if (auto* value = std::get_if<GetValue>(&read.what)) {
    answers.add(loop, [done = std::move(value->done), text = std::move(std::get<std::optional<std::string>>(found))] {
      done(text ? Status::kOk : Status::kNotFound, text ? std::string_view{*text} : std::string_view{});
    });
  } else if (auto* peers = std::get_if<ScanPeers>(&read.what)) {
    auto& page = std::get<std::vector<Peer>>(found);
    if (!page.empty()) peers->after = page.back().id;
    answers.add(loop, [queue = queue_, loop, next = std::move(*peers), rows = std::move(page)] {
      deliver_page(*queue, loop, next, rows, [](const ScanPeers& to, const Peer& peer) { return to.scan.row(peer); });
    });
  } else if (auto* values = std::get_if<ScanValues>(&read.what)) {
    auto& page = std::get<ValuePage>(found);
    if (!page.empty()) values->after = page.back().first;
    answers.add(loop, [queue = queue_, loop, next = std::move(*values), rows = std::move(page)] {
      deliver_page(*queue, loop, next, rows,
                   [](const ScanValues& to, const auto& row) { return to.scan.row(row.first, row.second); });
    });
  }
}

}  // namespace junctor::storage::postgres
