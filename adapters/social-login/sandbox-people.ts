/** Somebody who can log in at the sandbox: one for each way a log-in can go. */
export interface SandboxPerson {
  /** What `loginHint` names them by, and what is known of them. */
  readonly subject: string;
  readonly email?: { readonly address: string; readonly verified: boolean };
  readonly phone?: { readonly number: string; readonly verified: boolean };
}

/** Their numbers and addresses belong to nobody. The first is who logs in without a hint. */
export const sandboxPeople: readonly SandboxPerson[] = [
  // Gives everything: an account needs no code.
  {
    subject: 'sara',
    email: { address: 'sara@social.portico.example', verified: true },
    phone: { number: '+98 901 000 0001', verified: true },
  },
  // Gives no number: is asked for one.
  { subject: 'omid', email: { address: 'omid@social.portico.example', verified: true } },
  // Gives a number that nobody has verified, and an address that may be anybody's.
  {
    subject: 'mina',
    email: { address: 'user@portico.example', verified: false },
    phone: { number: '+98 901 000 0003', verified: false },
  },
  // Has the verified address of the demo account "user": logs in to it.
  { subject: 'user', email: { address: 'user@portico.example', verified: true } },
  // Has that of the demo account "staff", which may be linked by its owner only.
  { subject: 'staff', email: { address: 'staff@portico.example', verified: true } },
];
