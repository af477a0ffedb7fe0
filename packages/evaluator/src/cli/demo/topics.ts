export type Segment = 'refunds' | 'shipping' | 'account';

export const SEGMENTS: readonly [Segment, ...Segment[]] = ['refunds', 'shipping', 'account'];

/** Ways to say one thing. */
export type Wordings = readonly [string, ...string[]];

/** One reason to write to a shop, and what a good answer says. `{product}`, `{order}`, `{days}`, `{city}` are filled in. */
export interface Topic {
  readonly name: string;
  readonly segment: Segment;
  /** Recognises the topic in every one of `questions`, and in no other topic's. */
  readonly sign: RegExp;
  readonly questions: Wordings;
  /** The sentences of the answer, in order, each in several wordings. */
  readonly answer: readonly Wordings[];
}

export const TOPICS: readonly [Topic, ...Topic[]] = [
  {
    name: 'arrived damaged',
    segment: 'refunds',
    sign: /broken|cracked|damaged/i,
    questions: [
      'The {product} from order {order} arrived cracked along one side. I would like my money back.',
      'I opened the box with my {product} and it is broken. Order {order}, bought {days} days ago.',
      'My {product} came damaged, the packaging was torn open too. What happens with order {order} now?',
    ],
    answer: [
      [
        'I am sorry that your {product} reached you in that state.',
        'That is not how a {product} should reach anybody, and I apologise.',
        'Thank you for telling us about the damage to your {product}.',
      ],
      [
        'Order {order} qualifies for a full refund, and you do not have to send the item back.',
        'You get the full price of order {order} back, and you may keep the item.',
        'For order {order} we return the whole amount, no parcel needed.',
      ],
      [
        'Please reply with one photo of the damage, so that we can claim it from the carrier.',
        'One photo of the damage is all we need from you for our claim against the carrier.',
      ],
      [
        'The money is on your original payment method within five working days.',
        'Expect the amount on the card you paid with in about five working days.',
        'Your bank shows the amount within five working days at the latest.',
      ],
    ],
  },
  {
    name: 'changed my mind',
    segment: 'refunds',
    sign: /changed my mind|do not need|does not suit/i,
    questions: [
      'I changed my mind about the {product}, order {order}. Can I still return it after {days} days?',
      'It turns out I do not need the {product} any more. How do I send back order {order}?',
      'The {product} does not suit me. I bought it {days} days ago under {order}, unused.',
    ],
    answer: [
      [
        'No problem at all, returns of unused items are free for thirty days.',
        'You can return an unused item for thirty days, free of charge.',
        'That is fine: within thirty days an unused item comes back to us at no cost.',
      ],
      [
        'I have made a return label for order {order}, which you find in your account under Orders.',
        'Your label for order {order} is ready in your account, on the page Orders.',
      ],
      [
        'Put the {product} in its original box and drop it at any post office in {city}.',
        'Any post office in {city} takes the {product}, best in its original box.',
        'Pack the {product} well, stick the label on, and hand it in at a post office in {city}.',
      ],
      [
        'We refund you two days after it has reached our warehouse.',
        'The refund follows two days after our warehouse has received it.',
      ],
    ],
  },
  {
    name: 'refund is late',
    segment: 'refunds',
    sign: /still waiting|has not appeared|where is my money/i,
    questions: [
      'You confirmed the refund for {order} {days} days ago and I am still waiting.',
      'The refund for my {product} has not appeared on my card. The order was {order}.',
      'I returned the {product} from {order} long ago, so where is my money?',
    ],
    answer: [
      [
        'I have looked up your refund for order {order}, and it did leave us.',
        'I checked: the refund for order {order} was sent from our side.',
        'Our records show that the refund for order {order} has been paid out.',
      ],
      [
        'Banks take up to seven working days to book it, longer over a holiday.',
        'It can take your bank seven working days to show it, and a holiday adds to that.',
      ],
      [
        'Should it be missing after that, give your bank the reference {order}-R and they can trace it.',
        'If nothing is there by then, your bank can trace it with the reference {order}-R.',
        'With the reference {order}-R your bank finds the payment, should it take longer.',
      ],
      [
        'I will look at it again in two days and write to you either way.',
        'In two days I check once more and let you know, whatever the result.',
      ],
    ],
  },
  {
    name: 'charged twice',
    segment: 'refunds',
    sign: /charged twice|two payments|double charge/i,
    questions: [
      'I was charged twice for the {product} in order {order}.',
      'My statement shows two payments for {order}, {days} days ago. I ordered one {product}.',
      'There is a double charge for order {order}. Please give me back one of them.',
    ],
    answer: [
      [
        'I see the second payment for order {order}, and it should not be there.',
        'You are right, order {order} was charged a second time by mistake.',
        'Thank you for noticing: the second payment for order {order} is our error.',
      ],
      [
        'I have cancelled it, and your bank releases the amount within three working days.',
        'It is cancelled now; the amount is free again in three working days at most.',
      ],
      [
        'Your order of one {product} is not affected by that.',
        'Nothing changes for the {product} you ordered.',
        'The {product} itself stays ordered and paid, once.',
      ],
      [
        'If the payment was more than a reservation, you receive an email with the refund number.',
        'Where the payment was already booked, an email with a refund number follows today.',
      ],
    ],
  },
  {
    name: 'where is my parcel',
    segment: 'shipping',
    sign: /not arrived|no news|where my parcel/i,
    questions: [
      'My {product} has not arrived yet, {days} days after I ordered it. Order {order}.',
      'There is no news about order {order} since it left for {city}.',
      'Can you find out where my parcel with the {product} is? {order}, going to {city}.',
    ],
    answer: [
      [
        'I have traced order {order}: it is at the sorting centre near {city}.',
        'Order {order} is on its way and was last scanned at the sorting centre for {city}.',
        'The last scan of order {order} is from the depot that serves {city}.',
      ],
      [
        'The carrier expects to deliver the {product} within two working days.',
        'Your {product} should be with you in two working days, says the carrier.',
      ],
      [
        'You can follow it with the tracking link in your confirmation email.',
        'The tracking link in the email that confirmed your order shows each step.',
        'Each further step appears behind the tracking link in your confirmation email.',
      ],
      [
        'If it is not there by then, write to me and I send another one at once.',
        'Should it not come by then, I will send you a new one without further questions.',
      ],
    ],
  },
  {
    name: 'wrong address',
    segment: 'shipping',
    sign: /old address|wrong street|moved to/i,
    questions: [
      'I gave you my old address for order {order}. Can it still be changed to {city}?',
      'Order {order} goes to the wrong street. It is the {product}, ordered {days} days ago.',
      'We have moved to {city}, and the {product} from {order} must go there instead.',
    ],
    answer: [
      [
        'Thank you for writing before the parcel went out.',
        'Good that you tell us now, since the parcel is still here.',
        'You are just in time, we have not handed over the parcel.',
      ],
      [
        'I have opened order {order} for a change: please enter the new address in {city} in your account.',
        'Order {order} can be changed in your account, where you enter the address in {city}.',
      ],
      [
        'The change is possible until six this evening, then the {product} leaves our warehouse.',
        'You have until six this evening, when the {product} goes to the carrier.',
        'Please do so before six this evening, because the {product} leaves after that.',
      ],
      [
        'There is no extra charge, and delivery takes one day longer at most.',
        'It costs nothing, and at most it arrives one day later.',
      ],
    ],
  },
  {
    name: 'how long does it take',
    segment: 'shipping',
    sign: /by when|how many days|how long does/i,
    questions: [
      'By when would a {product} be in {city} if I order today? My last order was {order}.',
      'How many days does delivery to {city} take? I am thinking of a second {product}, like {order}.',
      'How long does the {product} take to {city}, and what does express cost? See my order {order}.',
    ],
    answer: [
      [
        'Standard delivery to {city} takes three to four working days.',
        'To {city} it is three to four working days with standard delivery.',
        'Count on three to four working days to {city} for standard delivery.',
      ],
      [
        'Express is there the next working day and costs nine euros more.',
        'For nine euros more, express brings it on the next working day.',
      ],
      [
        'The {product} is in stock, so it leaves on the day you order, before two in the afternoon.',
        'We have the {product} in stock: ordered before two in the afternoon it leaves the same day.',
      ],
      [
        'As a customer since order {order} you see the exact date before you pay.',
        'Before you pay you are shown the exact date, as with order {order}.',
        'The exact date is shown before payment, just as it was for order {order}.',
      ],
    ],
  },
  {
    name: 'item is missing',
    segment: 'shipping',
    sign: /only half|missing from|was not in the box/i,
    questions: [
      'The {product} is missing from my parcel, everything else of {order} is there.',
      'I got only half of order {order} today. Is the {product} coming separately?',
      'The {product} was not in the box. {order}, delivered to {city} {days} days ago.',
    ],
    answer: [
      [
        'Order {order} was split into two parcels, which the first one should have said.',
        'We sent order {order} in two parcels, and I am sorry that nobody told you.',
        'There are two parcels for order {order}; the note about it was left out by mistake.',
      ],
      [
        'The {product} left a day later and reaches {city} tomorrow.',
        'Your {product} went out one day later and is due in {city} tomorrow.',
      ],
      [
        'It has a tracking number of its own, which I have just sent to your email address.',
        'I have emailed you the second tracking number just now.',
        'You find the second tracking number in the email I sent a minute ago.',
      ],
      [
        'You have not paid postage for it, and you need not be at home.',
        'Nobody has to be at home for it, and it costs no extra postage.',
      ],
    ],
  },
  {
    name: 'cannot sign in',
    segment: 'account',
    sign: /cannot sign in|password|locked out/i,
    questions: [
      'I cannot sign in since {days} days, and I need the invoice of {order}.',
      'The password link never comes. I want to look at order {order}.',
      'Your site says I am locked out. How do I get to my {product} order, {order}?',
    ],
    answer: [
      [
        'I have unlocked your account, so you can try again now.',
        'Your account is unlocked again as of this minute.',
        'The lock on your account is gone, it came from several failed attempts.',
      ],
      [
        'Please choose Forgotten password once more and look in your spam folder for our message.',
        'Ask for a new link under Forgotten password; our message sometimes lands in the spam folder.',
      ],
      ['The link is good for one hour and works once.', 'It works a single time, within one hour.'],
      [
        'Afterwards you find order {order} with its invoice under Orders.',
        'Order {order} and its invoice are then on the page Orders, as before.',
        'Once you are in, the page Orders has {order} with the invoice.',
      ],
    ],
  },
  {
    name: 'new email address',
    segment: 'account',
    sign: /new email|another email|email address has changed/i,
    questions: [
      'I have a new email address. How do I move my account and order {order} to it?',
      'Please use another email for my account, the old one is gone. My last order is {order}.',
      'My email address has changed {days} days ago. Will I still hear about my {product}, {order}?',
    ],
    answer: [
      [
        'You can change the address yourself under Account, then Personal data.',
        'The address is changed on the page Personal data of your account.',
        'Under Account and Personal data there is a field for the new address.',
      ],
      [
        'We send a code to the new address, and the change counts once you have entered it.',
        'A code goes to the new address; with it you confirm the change.',
      ],
      [
        'Order {order} moves along, and all messages about your {product} go to the new address.',
        'Everything about your {product}, order {order} included, is then sent there.',
      ],
      [
        'If you cannot open the old mailbox, that does not matter, we do not need it.',
        'You need no access to your old mailbox for this.',
        'The old mailbox is not needed at any step.',
      ],
    ],
  },
  {
    name: 'delete my account',
    segment: 'account',
    sign: /delete|erase|close my account/i,
    questions: [
      'Please delete my account. The only order was {order}, {days} days ago.',
      'I want to close my account after order {order}. What do you keep?',
      'How can I erase everything you have about me, the {product} I bought as {order} included?',
    ],
    answer: [
      [
        'I can start that for you, and it is done within thirty days.',
        'Your request is noted, and we complete it within thirty days.',
        'That is your right, and it takes us thirty days at most.',
      ],
      [
        'Your profile, addresses and preferences are removed for good.',
        'What goes for good is your profile with all addresses and preferences.',
      ],
      [
        'The invoice of order {order} we must keep for ten years, by tax law, out of reach of our staff.',
        'Tax law makes us keep the invoice of order {order} for ten years, locked away.',
        'For the invoice of order {order} tax law demands ten years; nobody in support sees it.',
      ],
      [
        'The guarantee of your {product} stays valid, so keep its receipt.',
        'Please keep the receipt: your {product} stays under guarantee.',
      ],
    ],
  },
  {
    name: 'invoice for a company',
    segment: 'account',
    sign: /invoice with|vat number|company name/i,
    questions: [
      'I need the invoice with our VAT details for {order}, one {product}.',
      'Can the company name still go on the invoice of {order}? It was {days} days ago.',
      'Where do I enter our vat number? It should be on the bill for the {product}, {order}.',
    ],
    answer: [
      [
        'I have added a field for company details to order {order}.',
        'For order {order} you can now enter the details of your company.',
        'Order {order} is open for company details again.',
      ],
      [
        'Open it in your account, choose Invoice details, and enter name, address and tax number.',
        'In your account, under Invoice details, enter the name, the address and the tax number.',
      ],
      [
        'A corrected invoice for the {product} is then made at once, with the original date.',
        'The corrected invoice for the {product} keeps the original date and is there at once.',
      ],
      [
        'Save the details as your default, and later invoices carry them by themselves.',
        'Later invoices carry the same details if you save them as your default.',
        'As your default they appear on every later invoice.',
      ],
    ],
  },
];

export const PRODUCTS: Wordings = [
  'desk lamp',
  'kettle',
  'rain jacket',
  'bicycle pump',
  'bookshelf',
  'coffee grinder',
  'headset',
  'garden hose',
  'yoga mat',
  'wall clock',
  'backpack',
  'tea pot',
  'picture frame',
  'office chair',
  'camping stove',
  'keyboard',
];

export const CITIES: Wordings = [
  'Lisbon',
  'Ghent',
  'Graz',
  'Porto',
  'Turin',
  'Malmo',
  'Leeds',
  'Cork',
  'Lyon',
  'Basel',
  'Aarhus',
  'Utrecht',
];
