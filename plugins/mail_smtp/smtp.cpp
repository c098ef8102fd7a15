// SPDX-License-Identifier: Apache-2.0
#include "smtp.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/MailMessage.h>
#include <Poco/Net/MailRecipient.h>
#include <Poco/Net/MediaType.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SMTPClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StringPartSource.h>
#include <Poco/Timestamp.h>
#include <Poco/UUIDGenerator.h>

#include <cctype>

namespace junctor::mail_smtp {
namespace {

using Poco::Net::Context;
using Poco::Net::MailMessage;
using Poco::Net::SecureStreamSocket;
using Poco::Net::SMTPClientSession;
using Poco::Net::StreamSocket;

std::string domain_of(const std::string& address) { return address.substr(address.find('@') + 1); }

Context::Ptr context_of(const Server& server) {
  Context::Params params;
  params.caLocation = server.ca_file;
  params.verificationMode = server.verify ? Context::VERIFY_STRICT : Context::VERIFY_NONE;
  params.loadDefaultCAs = server.ca_file.empty();
  params.cipherList = "HIGH:!aNULL:!MD5";
  Context::Ptr context{new Context{Context::TLS_CLIENT_USE, params}};
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  context->enableExtendedCertificateVerification(server.verify);
  return context;
}

class Session : public SMTPClientSession {
 public:
  explicit Session(const StreamSocket& socket) : SMTPClientSession{socket} {}

  /// From here on in secret; what was said before is forgotten, so EHLO is said anew.
  void start_tls(const Server& server) {
    std::string answer;
    open();
    if (!isPositiveCompletion(sendCommand("EHLO", domain_of(server.from), answer))) throw Failed{answer, true};
    if (!isPositiveCompletion(sendCommand("STARTTLS", answer))) {
      throw Failed{server.host + " takes no STARTTLS: " + answer, false};
    }
    socket() = SecureStreamSocket::attach(socket(), server.host, context_of(server));
  }
};

/// The library tells the answer's number, or has it in the text alone: 5xx is meant for good.
bool is_for_good(const Poco::Net::SMTPException& fault) {
  if (fault.code() >= 400) return fault.code() >= 500;
  const std::string& text = fault.message();
  const size_t at = text.find_first_of("45");
  return at != std::string::npos && text[at] == '5' && text.size() >= at + 3 && std::isdigit(text[at + 1]) != 0 &&
         std::isdigit(text[at + 2]) != 0;
}

StreamSocket connected(const Server& server, const std::function<void(const StreamSocket&)>& opened) {
  const Poco::Timespan patience{server.timeout.count(), 0};
  const Poco::Net::SocketAddress address{server.host, server.port};
  StreamSocket socket;
  socket.connect(address, patience);
  socket.setReceiveTimeout(patience);
  socket.setSendTimeout(patience);
  opened(socket);
  if (server.security != Security::kTls) return socket;
  return SecureStreamSocket::attach(socket, server.host, context_of(server));
}

void write(MailMessage& message, const Server& server, const Mail& mail) {
  using Poco::Net::StringPartSource;
  const std::string name = MailMessage::encodeWord(server.from_name, "UTF-8");
  message.setSender(name.empty() ? server.from : name + " <" + server.from + ">");
  message.addRecipient({Poco::Net::MailRecipient::PRIMARY_RECIPIENT, mail.to});
  message.setSubject(MailMessage::encodeWord(mail.letter.subject, "UTF-8"));
  message.setDate(Poco::Timestamp{});
  message.set("Message-ID", "<" + Poco::UUIDGenerator::defaultGenerator().createRandom().toString() + "@" +
                                domain_of(server.from) + ">");
  message.set("Auto-Submitted", "auto-generated");  // nobody's holiday answers it
  Poco::Net::MediaType type{"multipart", "alternative"};
  type.setParameter("boundary", "junctor-" + Poco::UUIDGenerator::defaultGenerator().createRandom().toString());
  message.setContentType(type);
  const auto part = [&](const std::string& text, const char* kind) {
    message.addPart("", new StringPartSource{text, kind}, MailMessage::CONTENT_INLINE,
                    MailMessage::ENCODING_QUOTED_PRINTABLE);
  };
  part(mail.letter.text, "text/plain; charset=UTF-8");
  part(mail.letter.html, "text/html; charset=UTF-8");
}

void talk(const Server& server, const Mail& mail, const std::function<void(const StreamSocket&)>& opened) {
  Session session{connected(server, opened)};
  if (server.security == Security::kStartTls) session.start_tls(server);
  if (server.account.empty()) {
    session.login(domain_of(server.from));
  } else {
    session.login(domain_of(server.from), SMTPClientSession::AUTH_PLAIN, server.account, server.password);
  }
  MailMessage message;
  write(message, server, mail);
  session.sendMessage(message);
  try {
    session.close();
  } catch (const Poco::Exception&) {  // it has the mail
  }
}

}  // namespace

void deliver(const Server& server, const Mail& mail,
             const std::function<void(const Poco::Net::StreamSocket&)>& opened) {
  try {
    talk(server, mail, opened);
  } catch (const Failed&) {
    throw;
  } catch (const Poco::Net::SMTPException& fault) {
    throw Failed{server.host + ": " + fault.message(), !is_for_good(fault)};
  } catch (const Poco::Exception& fault) {
    throw Failed{server.host + ": " + fault.displayText(), true};
  }
}

}  // namespace junctor::mail_smtp
