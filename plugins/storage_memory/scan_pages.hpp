// SPDX-License-Identifier: Apache-2.0
// The ends of reads on the loops that asked: refusals, and scans that go on page by page. Any thread; what it calls
// back runs on the calling one.
#pragma once

#include <utility>
#include <variant>

#include "storage_memory/changes.hpp"
#include "storage_memory/request_queue.hpp"

namespace junctor::storage {

/// Ends a read that was not served.
inline void refuse(Read& read, Status status) {
  struct Refuse {
    Status status;
    void operator()(const GetPeer& get) const { get.done(status, nullptr); }
    void operator()(const GetValue& get) const { get.done(status, {}); }
    void operator()(const ScanPeers& scan) const { scan.scan.end(status); }
    void operator()(const ScanValues& scan) const { scan.scan.end(status); }
  };
  std::visit(Refuse{status}, read.what);
}

/// The loop's side of a scan: the rows of a page, then the next page is asked for. `Scan` is ScanPeers or ScanValues.
template <class Scan, class Page, class Row>
void deliver_page(RequestQueue<Read>& queue, Loop loop, Scan scan, const Page& page, const Row& row) {
  for (const auto& record : page) {
    if (!row(scan, record)) return scan.scan.end(Status::kOk);
  }
  if (page.empty() || scan.left <= page.size()) return scan.scan.end(Status::kOk);
  scan.left -= page.size();
  Read next{std::move(scan), loop};
  if (!queue.push_next(next)) refuse(next, Status::kClosed);
}

}  // namespace junctor::storage
