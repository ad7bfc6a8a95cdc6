/**
 * NestJS on its default platform (Express), request validated by class-validator through the global pipe that its
 * documentation shows, closed as in the contract; the answer is not validated: Nest has nothing built in for that.
 */
import 'reflect-metadata';
import { Body, Controller, Module, Param, Post, Query, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

import { announce } from '../http/peer.ts';
import { place } from '../http/shape.ts';

class Line {
  @IsString()
  @Length(1, 40)
  @Matches(/^[A-Z0-9-]+$/)
  article!: string;

  @IsInt()
  @Min(1)
  @Max(1000)
  quantity!: number;

  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  unitPrice!: number;
}

class OrderCreate {
  @IsString()
  @Length(36, 36)
  customerId!: string;

  @IsString()
  @Matches(/^[A-Z]{3}$/)
  currency!: string;

  @IsString()
  @Length(3, 254)
  email!: string;

  @IsString()
  @Matches(/^\+[1-9][0-9]{6,14}$/)
  phone!: string;

  @IsString()
  @Length(1, 100)
  name!: string;

  @IsString()
  @Length(1, 200)
  street!: string;

  @IsString()
  @Length(1, 100)
  city!: string;

  @IsString()
  @Length(1, 16)
  postalCode!: string;

  @IsString()
  @Matches(/^[A-Z]{2}$/)
  country!: string;

  @IsBoolean()
  giftWrap!: boolean;

  @IsString()
  @MaxLength(500)
  note!: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];
}

class ShopPath {
  @IsUUID()
  shopId!: string;
}

class ChannelQuery {
  @IsOptional()
  @IsIn(['web', 'app'])
  channel?: string;
}

@Controller('shops')
class Orders {
  @Post(':shopId/orders')
  create(@Param() path: ShopPath, @Query() _query: ChannelQuery, @Body() body: OrderCreate): object {
    return place(path.shopId, body);
  }
}

@Module({ controllers: [Orders] })
class App {
  readonly name = 'bench';
}

const app = await NestFactory.create(App, { logger: false });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
await app.listen(0, '127.0.0.1');
announce(await app.getUrl());
