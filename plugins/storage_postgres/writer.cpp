// SPDX-License-Identifier: Apache-2.0
// The thread that commits. Its own thread.
#include "storage_postgres/writer.hpp"

#include <algorithm>
#include <utility>

#include "storage_memory/answers.hpp"

namespace junctor::storage::postgres {
namespace {

WriteSession::Result nothing_stored(const std::vector<Write>& batch, const Fault& fault) {
  return {std::vector<Status>(batch.size(), Status::kIo), fault, false, false};
}

}  // namespace

Writer::Writer(const Target& target, const Settings& settings, KnownPeers& known, Courier& courier, Observer& observer,
               LinkObserver& links)
    : known_{known},
      courier_{courier},
      observer_{observer},
      retries_{settings.retries},
      queue_{{settings.queue_requests, settings.queue_bytes}},
      batch_{settings.batch},
      attendant_{queue_,
                 {target, "write", links, &WriteSession::prepare},
                 {[this] { return batch_.load(); }, [this](std::vector<Write>& batch) { serve(batch); },
                  [this](std::vector<Write>& batch, const Fault& fault) {
                    observer_.write_failed(fault, batch.size());
                    answer(batch, std::vector<Status>(batch.size(), Status::kIo));
                  }}} {
  attendant_.start("pg-write");
}

Writer::~Writer() { close(); }

void Writer::close() {
  queue_.close();
  attendant_.join();
}

void Writer::set(const Settings& settings) {
  queue_.set_limits({settings.queue_requests, settings.queue_bytes});
  batch_ = settings.batch;
}

void Writer::push(Write write) {
  const Status status = queue_.push(write);
  if (status == Status::kOk) return;
  if (status == Status::kLimit) observer_.refused();
  courier_.deliver(write.loop, [done = std::move(write.done), status] { done(status); });
}

WriteSession::Result Writer::try_commit(const std::vector<Write>& batch, bool& again) {
  bool committing = false;
  again = false;
  try {
    const WriteSession::Result result = WriteSession::commit(attendant_.connection(), batch, committing);
    if (result.fault && !keeps_connection(*result.fault)) attendant_.drop(*result.fault);
    again = result.met_another;
    return result;
  } catch (const ConnectionLost& error) {
    attendant_.drop(error.fault());
    again = !committing;
    return nothing_stored(batch, error.fault());
  } catch (const DatabaseError& error) {
    return nothing_stored(batch, error.fault());
  }
}

WriteSession::Result Writer::commit(const std::vector<Write>& batch) {
  bool again = false;
  WriteSession::Result result = try_commit(batch, again);
  for (size_t tries = 0; again && tries < retries_; ++tries) {
    observer_.retried();
    result = try_commit(batch, again);
  }
  return result;
}

void Writer::serve(std::vector<Write>& batch) {
  const auto begin = std::chrono::steady_clock::now();
  const WriteSession::Result result = commit(batch);
  const auto took = std::chrono::steady_clock::now() - begin;
  const auto failed = static_cast<size_t>(std::count(result.statuses.begin(), result.statuses.end(), Status::kIo));
  if (result.fault) observer_.write_failed(*result.fault, failed);
  for (size_t i = 0; i < batch.size(); ++i) {
    if (result.statuses[i] == Status::kOk) known_.stored(batch[i].change);
  }
  if (result.stored) observer_.committed(batch.size() - failed, took, queue_.depth());
  answer(batch, result.statuses);
}

void Writer::answer(std::vector<Write>& batch, const std::vector<Status>& statuses) {
  Answers answers;
  for (size_t i = 0; i < batch.size(); ++i) {
    answers.add(batch[i].loop, [done = std::move(batch[i].done), status = statuses[i]] { done(status); });
  }
  answers.send(courier_);
}

}  // namespace junctor::storage::postgres
