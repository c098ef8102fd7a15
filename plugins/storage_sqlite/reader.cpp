// SPDX-License-Identifier: Apache-2.0
// The thread that reads. Its own thread; what it hands to the courier runs on the loops that asked.
#include "storage_sqlite/reader.hpp"

#include <pthread.h>

#include <utility>

#include "storage_memory/scan_pages.hpp"

namespace junctor::storage {
namespace {

constexpr size_t kBatch = 256;  // reads of one transaction: a longer one keeps the WAL from being reused

}  // namespace

Reader::Reader(std::string path, std::unique_ptr<ReadSession> session, const SharedSettings& settings, Courier& courier,
               Observer& observer)
    : path_{std::move(path)},
      settings_{settings},
      courier_{courier},
      observer_{observer},
      queue_{std::make_shared<Queue>(Queue::Limits{settings.get().queue_requests, settings.get().queue_bytes})},
      session_{std::move(session)},
      now_{settings.get()} {
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "sqlite-read");
}

Reader::~Reader() { close(); }

void Reader::close() {
  queue_->close();
  if (thread_.joinable()) thread_.join();
  session_.reset();
}

void Reader::push(Read read) {
  const Status status = queue_->push(read);
  if (status == Status::kOk) return;
  if (status == Status::kLimit) observer_.refused();
  const Loop loop = read.loop;
  courier_.deliver(loop, [refused = std::move(read), status]() mutable { refuse(refused, status); });
}

void Reader::run() {
  std::vector<Read> batch;
  while (queue_->take(batch, kBatch)) {
    if (settings_.changed(seen_settings_, now_) && session_) session_->tune(now_.tuning);
    serve(batch);
    batch.clear();
  }
}

ReadSession& Reader::session() {
  if (session_ && session_->moved()) session_.reset();
  if (!session_) session_ = std::make_unique<ReadSession>(path_, now_.tuning);
  return *session_;
}

void Reader::serve(std::vector<Read>& batch) {
  const auto begin = std::chrono::steady_clock::now();
  Answers answers;
  size_t served = 0;
  try {
    ReadSession& open = session();
    open.begin();
    for (; served < batch.size(); ++served) answer(open, batch[served], answers);
    open.end();
    observer_.read(served, std::chrono::steady_clock::now() - begin);
  } catch (const DatabaseError& error) {
    session_.reset();
    observer_.read_failed(error.fault(), batch.size() - served);
    for (size_t i = served; i < batch.size(); ++i) {
      const Loop loop = batch[i].loop;
      answers.add(loop, [failed = std::move(batch[i])]() mutable { refuse(failed, Status::kIo); });
    }
  }
  answers.send(courier_);
}

void Reader::answer(ReadSession& session, Read& read, Answers& answers) {
  std::visit([&](auto& what) { answer(session, read.loop, what, answers); }, read.what);
}

void Reader::answer(ReadSession& session, Loop loop, GetPeer& get, Answers& answers) {
  std::optional<Peer> found = session.peer(get.id);
  answers.add(loop, [done = std::move(get.done), peer = std::move(found)] {
    done(peer ? Status::kOk : Status::kNotFound, peer ? &*peer : nullptr);
  });
}

void Reader::answer(ReadSession& session, Loop loop, GetValue& get, Answers& answers) {
  std::optional<std::string> found = session.value(get.space, get.key);
  answers.add(loop, [done = std::move(get.done), value = std::move(found)] {
    done(value ? Status::kOk : Status::kNotFound, value ? std::string_view{*value} : std::string_view{});
  });
}

void Reader::answer(ReadSession& session, Loop loop, ScanPeers& scan, Answers& answers) {
  std::vector<Peer> page = session.peers(scan.after, scan.left);
  if (!page.empty()) scan.after = page.back().id;
  answers.add(loop, [queue = queue_, loop, next = std::move(scan), rows = std::move(page)] {
    deliver_page(*queue, loop, next, rows, [](const ScanPeers& to, const Peer& peer) { return to.scan.row(peer); });
  });
}

void Reader::answer(ReadSession& session, Loop loop, ScanValues& scan, Answers& answers) {
  ReadSession::ValuePage page = session.values(scan.space, scan.after, scan.left);
  if (!page.empty()) scan.after = page.back().first;
  answers.add(loop, [queue = queue_, loop, next = std::move(scan), rows = std::move(page)] {
    deliver_page(*queue, loop, next, rows,
                 [](const ScanValues& to, const auto& row) { return to.scan.row(row.first, row.second); });
  });
}

}  // namespace junctor::storage
