// core/transport/send_hook.cpp: a peer that goes while NNG greets it ends its own connection, and nothing more.
//
// NNG 1.5.2 knows one word, "closed", for EPIPE and for the end of its own listener or dialer. A peer that has gone
// when NNG sends it the next part of a greeting so ends the listener: it goes on to greet, and gives nobody to the
// socket any more. In a TLS handshake, which is sent in several parts, a stranger needs no certificate for that. The
// dialer whose listener has gone does not dial again, either. (nanomsg/nng issue 1518, mended in later releases.)
//
// NNG asks for sendmsg through the symbol table, and this library stands before the C library in the search order. So
// here NNG's threads are told of a reset instead, for which it has another word: it is the peer's, and it goes on. All
// other threads, and so tasks, see what there is.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace {

using SendMsg = ssize_t (*)(int, const msghdr*, int);

/// The C library's; null before this library is initialised.
const auto next_sendmsg = reinterpret_cast<SendMsg>(::dlsym(RTLD_NEXT, "sendmsg"));

bool in_nngs_thread() {
  char name[16];
  return ::pthread_getname_np(::pthread_self(), name, sizeof name) == 0 && std::strncmp(name, "nng:", 4) == 0;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  const ssize_t sent = next_sendmsg ? next_sendmsg(fd, message, flags) : ::syscall(SYS_sendmsg, fd, message, flags);
  if (sent < 0 && errno == EPIPE) errno = in_nngs_thread() ? ECONNRESET : EPIPE;
  return sent;
}
